import type { Chart } from '../fleet/chart.ts';
import type { ChartedCluster } from '../fleet/chart-dump.ts';
import type { Terminal } from './command.ts';
import { printable } from './table.ts';

const mostShown = 20;

/** Whether nothing was charted: a gate that finds no path there must not call it safe. */
export function isEmpty({ nodes }: Chart): boolean {
  return nodes.values().every(({ kind }) => kind === 'Cluster' || kind === 'CoverageGap');
}

/** Says what of the input could not be read, and what is not charted. */
export function reportProblems(clusters: readonly ChartedCluster[], terminal: Terminal): void {
  for (const { name, problems, skipped } of clusters) {
    for (const { place, message } of problems.slice(0, mostShown))
      terminal.err(`${printable(`${place}: ${message}`)}\n`);
    if (problems.length > mostShown) terminal.err(`${name}: ${problems.length - mostShown} more problems\n`);
    const kinds = Array.from(skipped, ([kind, count]) => `${count} ${kind}`);
    if (kinds.length > 0) terminal.err(`${name}: not charted: ${kinds.join(', ')}\n`);
  }
}
