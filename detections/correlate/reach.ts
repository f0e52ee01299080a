import { type AlertFields, reachField } from '../../graph/records/alerts/alert.ts';
import { type GraphView, type Named, refOf } from './graph-view.ts';

/**
 * How far an attacker gets from the first of some nodes that the graph knows, and how the Internet gets there, as fields of
 * an alert: costs, techniques and the nodes on the way. Null where there is no way of a few steps.
 */
export async function reachOf(subjects: readonly Named[], view: GraphView): Promise<AlertFields> {
  const nodes = await view.named(subjects);
  const start = subjects.map((subject) => nodes.get(refOf(subject))).find((node) => node !== undefined);
  if (start === undefined) return {};
  const [admin, internet] = await Promise.all([
    view.path({ ids: [start.id] }, { set: 'CLUSTER_ADMIN' }),
    view.exposure(start),
  ]);
  const way = admin === null ? null : await readable([...admin.steps.map(({ from }) => from), view.cluster], view);
  return {
    'portolan.reach.from': start.ref,
    [reachField]: admin?.cost ?? null,
    'portolan.reach.path': way,
    'portolan.reach.techniques': admin?.steps.map(({ kind }) => kind).join(' ') ?? null,
    'portolan.reach.internetCost': internet?.cost ?? null,
  };
}

async function readable(ids: readonly string[], view: GraphView): Promise<string> {
  const nodes = new Map((await view.nodes(ids)).map((node) => [node.id, node.ref]));
  return ids.map((id) => nodes.get(id) ?? id).join(' > ');
}
