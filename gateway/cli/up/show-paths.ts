import { wholeTenant } from '../../../graph/model/scope.ts';
import type { PathEngine } from '../../../graph/paths/port.ts';
import { namer } from '../names.ts';
import { pathTable } from '../path-table.ts';
import type { Session } from './session.ts';

/** Prints the ten cheapest paths from the Internet, or else from any pod, to cluster-admin. */
export async function showPaths({ settings, terminal, opened }: Session, engine: PathEngine): Promise<void> {
  const scope = wholeTenant(settings.tenant);
  await engine.reached(await opened.store.version(settings.tenant), AbortSignal.timeout(30_000));
  const query = { to: { set: 'CLUSTER_ADMIN' }, first: 10, maxHops: settings.maxHops, timeBudgetMs: 10_000 } as const;
  let origin = 'the Internet';
  let answer = await engine.paths(scope, { ...query, from: { set: 'INTERNET' } });
  if (answer.paths.length === 0) {
    origin = 'any pod';
    answer = await engine.paths(scope, { ...query, from: { kinds: ['Pod'] } });
  }
  if (answer.paths.length === 0) {
    terminal.out(
      `No path leads from the Internet, or from any pod, to cluster-admin within ${settings.maxHops} hops.\n`,
    );
    return;
  }
  const ids = [...new Set(answer.paths.flatMap(({ steps }) => steps.flatMap(({ from, to }) => [from, to])))];
  const nodes = new Map((await opened.store.nodes(scope, ids)).flatMap((node) => (node ? [[node.id, node]] : [])));
  const clusters = await opened.store.find(scope, { kinds: ['Cluster'], page: { first: 1000 } });
  const name = namer(clusters.items.map(({ item }) => item));
  const nameOf = (id: string): string => {
    const node = nodes.get(id);
    return node ? name(node) : id;
  };
  terminal.out(
    `The ${answer.paths.length} cheapest paths from ${origin} to cluster-admin:\n\n${pathTable(answer.paths, nameOf)}`,
  );
}
