import type { Terminal } from './command.ts';

const everyMs = 1_000;

/** Says what has been read so far, once a second at most: a line each, so that it reads well in a log, too. */
export function progress(what: string, terminal: Terminal, details = '') {
  const counts = new Map<string, number>();
  const started = performance.now();
  let last = started;
  terminal.err(`${what}${details} ...\n`);
  const line = (): string => Array.from(counts, ([kind, count]) => `${count} ${kind}`).join(', ') || 'nothing';
  return {
    count(kind: string, objects: number): void {
      counts.set(kind, objects);
      if (performance.now() - last < everyMs) return;
      last = performance.now();
      terminal.err(`  ${what}: read ${line()}\n`);
    },
    done(): void {
      terminal.err(`  ${what}: read ${line()} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    },
  };
}
