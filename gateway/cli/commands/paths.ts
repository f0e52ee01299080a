import { wholeTenant } from '../../../graph/model/scope.ts';
import { openPathEngine } from '../../../graph/paths/engine.ts';
import { chart, chartTenant } from '../../fleet/chart.ts';
import type { Run, Terminal } from '../command.ts';
import { endpoint } from '../endpoint.ts';
import { CommandError, exitStatus } from '../errors.ts';
import { namer } from '../names.ts';
import { pathTable } from '../path-table.ts';
import { isEmpty, reportProblems } from '../problems.ts';
import { reading } from '../reading.ts';
import { podSecurityLevel, type Settings } from '../settings.ts';
import { storedChart } from '../stored-chart.ts';

function costLimit({ failOn }: Settings): number | null {
  if (failOn === null) return null;
  if (failOn === 'any') return Number.POSITIVE_INFINITY;
  if (/^\d{1,4}$/.test(failOn)) return Number(failOn);
  throw new CommandError(`--fail-on ${failOn}: give a cost, such as 8, or any`);
}

/** The clusters of a dump, or those that the store holds. */
async function open(settings: Settings, paths: readonly string[], terminal: Terminal) {
  if (paths.length === 0) return storedChart(settings);
  const charted = await chart(paths, {
    cluster: settings.cluster,
    podSecurityDefault: podSecurityLevel(settings),
    signal: terminal.signal,
    onProgress: reading(terminal),
  });
  reportProblems(charted.clusters, terminal);
  if (isEmpty(charted)) throw new CommandError('there is nothing to chart in the input');
  if (settings.failOn !== null && charted.clusters.some(({ problems }) => problems.length > 0)) {
    terminal.err('some of the input could not be read: paths that rest on it are not found\n');
  }
  return { ...charted, tenant: chartTenant, close: async () => undefined };
}

export const run: Run = async (settings, paths, terminal) => {
  const limit = costLimit(settings);
  const { clusters, nodes, store, tenant, close } = await open(settings, paths, terminal);
  const engine = await openPathEngine(store, tenant);
  try {
    const name = namer(clusters);
    const exposed = Iterator.from(nodes.values()).some(({ kind }) => kind === 'Internet');
    const from = settings.from ?? (exposed ? 'INTERNET' : 'Pod');
    const answer = await engine.paths(wholeTenant(tenant), {
      from: endpoint(from, nodes.values(), name),
      to: endpoint(settings.to, nodes.values(), name),
      first: settings.first,
      maxHops: settings.maxHops,
      timeBudgetMs: 60_000,
    });
    const nameOf = (id: string): string => {
      const node = nodes.get(id);
      return node ? name(node) : id;
    };
    if (settings.json) {
      for (const { steps, ...path } of answer.paths) {
        const named = steps.map(({ from, to, kind, class: of, difficulty }) => ({
          name: kind,
          class: of,
          difficulty,
          from: nameOf(from),
          to: nameOf(to),
        }));
        terminal.out(`${JSON.stringify({ ...path, steps: named })}\n`);
      }
    } else if (answer.paths.length === 0) {
      terminal.err(`no path from ${from} to ${settings.to} within ${settings.maxHops} hops\n`);
    } else {
      terminal.out(pathTable(answer.paths, nameOf));
    }
    if (answer.truncated) terminal.err(`the answer is not whole: ${answer.truncated.message}\n`);
    return limit !== null && answer.paths.some(({ cost }) => cost <= limit) ? exitStatus.findings : exitStatus.done;
  } finally {
    await engine.close();
    await close();
  }
};
