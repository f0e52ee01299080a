import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const fastInTest: ReadonlySet<string> = new Set(['test/arrows.test.ts', 'test/hygiene.test.ts', 'test/schema.test.ts']);

/** Every test file, relative to the root, sorted. */
export function testFiles(): readonly string[] {
  return globSync('**/*.test.ts', { cwd: root, exclude: (name) => name === 'node_modules' }).sort();
}

/** Fast tests lie beside the code they test, need no server, and run in `npm run check`. */
export function isFast(file: string): boolean {
  return !file.startsWith('test/') || fastInTest.has(file);
}
