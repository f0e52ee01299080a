import { constants } from 'node:os';

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/** evt.res of the result of a system call: SUCCESS, or the name of the error. */
export function resultText(result: number): string {
  return result >= 0 ? 'SUCCESS' : (names.get(-result) ?? String(result));
}
