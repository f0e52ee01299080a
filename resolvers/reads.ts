import DataLoader from 'dataloader';
import type { GraphEdge, GraphNode, VersionVector } from '../graph/model/graph.ts';
import { type NodeKind, nodeKind } from '../graph/model/kinds.ts';
import type { Scope } from '../graph/model/scope.ts';
import type { TreeCache } from '../graph/store/cache/trees.ts';
import type { Filter, Page } from '../graph/store/filter.ts';
import type {
  AdjacentQuery,
  Branch,
  CountQuery,
  Facet,
  FindQuery,
  Found,
  GraphStore,
  Neighbour,
  NodeView,
  Shape,
} from '../graph/store/port.ts';
import { textOf } from '../graph/store/text-of.ts';
import { type Grown, grown } from './grown.ts';
import type { MaybePromise } from './maybe-promise.ts';
import { untilAborted } from './until-aborted.ts';

/** The reads of one request: its scope is bound once, here, and what rows ask for one by one goes out in batches. */
export interface Reads {
  /** With a shape, what hangs from it is read along; else all of the node alone. */
  node(id: string, shape?: Shape): Promise<NodeView | null>;
  /** What hangs from a node: at once where it was read along. */
  branch(node: NodeView, branch: Branch): MaybePromise<Found>;
  edge(id: string): Promise<GraphEdge | null>;
  /** With a shape, what hangs from the nodes is read along. */
  find(query: FindQuery, shape?: Shape): Promise<Page<GraphNode>>;
  count(kinds: readonly NodeKind[], filter: Filter): Promise<number>;
  /** Asked once for equal arguments. */
  facets(kinds: readonly NodeKind[], filter: Filter, by: readonly string[]): Promise<readonly Facet[]>;
  adjacent(id: string, query: AdjacentQuery): Promise<Page<Neighbour>>;
  countAdjacent(id: string, query: CountQuery): Promise<number>;
  /** The versions of the tenant's partitions, when first asked for. What is read after that was asked is as new, or newer. */
  version(): Promise<VersionVector>;
  /** Every cluster in scope, when first asked for. */
  clusters(): Promise<readonly GraphNode[]>;
}

/** Trees come from the cache, where there is one and it has them. */
export function scopedReads(store: GraphStore, scope: Scope, signal: AbortSignal, cache: TreeCache | null): Reads {
  let asked: Promise<VersionVector> | undefined;
  const version = (): Promise<VersionVector> => {
    asked ??= untilAborted(signal, () => store.version(scope.tenant));
    return asked;
  };
  const run = <T>(work: () => Promise<T>): Promise<T> =>
    untilAborted(signal, async () => {
      await asked;
      return work();
    });
  const batched = <V>(read: (ids: readonly string[]) => Promise<readonly V[]>) =>
    new DataLoader<string, V>((ids) => run(() => read(ids)), { maxBatchSize: 1_000 });
  // Rows of one field ask with equal arguments: one loader for each relationship and arguments.
  const perQuery = <Q extends object, V>(read: (ids: readonly string[], query: Q) => Promise<readonly V[]>) => {
    const loaders = new Map<string, DataLoader<string, V>>();
    return (id: string, query: Q): Promise<V> => {
      const key = textOf(query);
      const loader = loaders.get(key) ?? batched((ids) => read(ids, query));
      loaders.set(key, loader);
      return loader.load(id);
    };
  };
  // Plumbing between two steps is nobody's business.
  const shown = <T extends NodeView>(node: T | null) => (node !== null && nodeKind(node.kind).hidden ? null : node);
  const nodes = batched(async (ids) => (await store.nodes(scope, ids)).map(shown));
  const known: Grown = grown();
  const trees = perQuery((ids, shape: Shape) => plant(ids, shape));
  const plant = async (ids: readonly string[], shape: Shape): Promise<readonly (NodeView | null)[]> => {
    const found = await (cache === null
      ? store.trees(scope, ids, shape)
      : cache.trees(scope, ids, shape, await version()));
    for (const tree of found) if (tree) known.plant(tree, shape);
    return found.map((tree) => tree && shown(tree.node));
  };
  const edges = batched((ids) => store.edges(scope, ids));
  const facets = new Map<string, Promise<readonly Facet[]>>();
  const find = (query: FindQuery) => run(() => store.find(scope, query));
  return {
    node: (id, shape) => (shape?.branches.length ? trees(id, shape) : nodes.load(id)),
    branch: (node, branch) => {
      const found = known.get(node.id, branch);
      if (found !== undefined) return found;
      return trees(node.id, { fields: [], branches: [branch] }).then(
        () => known.get(node.id, branch) ?? nothing(branch),
      );
    },
    edge: (id) => edges.load(id),
    async find(query, shape) {
      const page = await find(query);
      if (shape?.branches.length && page.items.length > 0) {
        const ids = page.items.map(({ item }) => item.id);
        await run(() => plant(ids, { ...shape, fields: [] }));
      }
      return page;
    },
    count: (kinds, filter) => run(() => store.count(scope, kinds, filter)),
    facets: (...query) => {
      const key = JSON.stringify(query);
      const answer = facets.get(key) ?? run(() => store.facets(scope, ...query));
      facets.set(key, answer);
      return answer;
    },
    adjacent: perQuery((ids, query: AdjacentQuery) => store.adjacent(scope, ids, query)),
    countAdjacent: perQuery((ids, query: CountQuery) => store.countAdjacent(scope, ids, query)),
    version,
    clusters: once(() => findAll(find, { kinds: ['Cluster'] })),
  };
}

/** What hangs from a node that has gone in the meantime. */
function nothing(branch: Branch): Found {
  if ('count' in branch) return 0;
  return 'one' in branch ? null : { items: [], hasNextPage: false };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= read());
}

/** Every node a query finds, page by page; stops after the page that reaches `most`. */
export async function findAll(
  find: (query: FindQuery) => Promise<Page<GraphNode>>,
  query: Omit<FindQuery, 'page'>,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly GraphNode[]> {
  const found: GraphNode[] = [];
  let after: string | undefined;
  for (;;) {
    const { items, hasNextPage } = await find({ ...query, page: { first: 1_000, after } });
    for (const { item } of items) found.push(item);
    after = items.at(-1)?.cursor;
    if (!hasNextPage || after === undefined || found.length >= most) return found;
  }
}
