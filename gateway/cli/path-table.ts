import { edges as definitions } from '../../graph/edges/index.ts';
import type { AttackPath } from '../../graph/paths/port.ts';
import { table } from './table.ts';

const attackIds = new Map(definitions.map(({ name, attack }) => [name, attack.map(({ id }) => id).join(' ')]));

/** Paths as a table: where each begins, then a line a step. Links, which are no hops and cost nothing, show no cost. */
export function pathTable(paths: readonly AttackPath[], name: (id: string) => string): string {
  const rows = paths.flatMap(({ cost, length, steps }, index) => [
    [String(index + 1), String(cost), String(length), '', '', '', name(steps[0]?.from ?? '')],
    ...steps.map((step) => {
      const added = step.class === 'link' ? '' : `+${step.difficulty}`;
      return ['', added, '', step.kind, attackIds.get(step.kind) ?? '', '→', name(step.to)];
    }),
  ]);
  return table(['#', 'COST', 'HOPS', 'STEP', 'ATT&CK', '', 'TO'], rows);
}
