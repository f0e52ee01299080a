import DataLoader from 'dataloader';
import type { GraphEdge, GraphNode, VersionVector } from '../graph/model/graph.ts';
import { type NodeKind, nodeKind } from '../graph/model/kinds.ts';
import type { Scope } from '../graph/model/scope.ts';
import type { Filter, Page } from '../graph/store/filter.ts';
import type { AdjacentQuery, Facet, FindQuery, GraphStore, Neighbour } from '../graph/store/port.ts';
import { untilAborted } from './until-aborted.ts';

/** The reads of one request: its scope is bound once, here, and what rows ask for one by one goes out in batches. */
export interface Reads {
  node(id: string): Promise<GraphNode | null>;
  edge(id: string): Promise<GraphEdge | null>;
  find(query: FindQuery): Promise<Page<GraphNode>>;
  count(kinds: readonly NodeKind[], filter: Filter): Promise<number>;
  /** Asked once for equal arguments. */
  facets(kinds: readonly NodeKind[], filter: Filter, by: readonly string[]): Promise<readonly Facet[]>;
  adjacent(id: string, query: AdjacentQuery): Promise<Page<Neighbour>>;
  countAdjacent(id: string, query: CountQuery): Promise<number>;
  /** The versions of the tenant's partitions, when first asked for. */
  version(): Promise<VersionVector>;
  /** Every cluster in scope, when first asked for. */
  clusters(): Promise<readonly GraphNode[]>;
}

export type CountQuery = Omit<AdjacentQuery, 'page' | 'order'>;

export function scopedReads(store: GraphStore, scope: Scope, signal: AbortSignal): Reads {
  const run = <T>(work: () => Promise<T>): Promise<T> => untilAborted(signal, work);
  const batched = <V>(read: (ids: readonly string[]) => Promise<readonly V[]>) =>
    new DataLoader<string, V>((ids) => run(() => read(ids)), { maxBatchSize: 1_000 });
  // Rows of one field ask with equal arguments: one loader for each relationship and arguments.
  const perQuery = <Q, V>(read: (ids: readonly string[], query: Q) => Promise<readonly V[]>) => {
    const loaders = new Map<string, DataLoader<string, V>>();
    return (id: string, query: Q): Promise<V> => {
      const key = JSON.stringify(query);
      const loader = loaders.get(key) ?? batched((ids) => read(ids, query));
      loaders.set(key, loader);
      return loader.load(id);
    };
  };
  // Plumbing between two steps is nobody's business.
  const shown = (node: GraphNode | null) => (node !== null && nodeKind(node.kind).hidden ? null : node);
  const nodes = batched(async (ids) => (await store.nodes(scope, ids)).map(shown));
  const edges = batched((ids) => store.edges(scope, ids));
  const facets = new Map<string, Promise<readonly Facet[]>>();
  const find = (query: FindQuery) => run(() => store.find(scope, query));
  return {
    node: (id) => nodes.load(id),
    edge: (id) => edges.load(id),
    find,
    count: (kinds, filter) => run(() => store.count(scope, kinds, filter)),
    facets: (...query) => {
      const key = JSON.stringify(query);
      const answer = facets.get(key) ?? run(() => store.facets(scope, ...query));
      facets.set(key, answer);
      return answer;
    },
    adjacent: perQuery((ids, query: AdjacentQuery) => store.adjacent(scope, ids, query)),
    countAdjacent: perQuery((ids, query: CountQuery) => store.countAdjacent(scope, ids, query)),
    version: once(() => run(() => store.version(scope.tenant))),
    clusters: once(() => findAll(find, { kinds: ['Cluster'] })),
  };
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
