import type { Terminal } from './command.ts';
import { printable } from './table.ts';

const everyMs = 2_000;

/** Says how far a dump has been read, now and then: large ones take their time, in YAML above all. */
export function reading(terminal: Terminal): (file: string, documents: number) => void {
  let last = performance.now();
  return (file, documents) => {
    if (performance.now() - last < everyMs) return;
    last = performance.now();
    terminal.err(`  reading ${printable(file)}: ${documents} objects so far\n`);
  };
}
