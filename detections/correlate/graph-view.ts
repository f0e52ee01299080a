import type { GraphNode } from '../../graph/model/graph.ts';
import type { NodeKind } from '../../graph/model/kinds.ts';
import { ref } from '../../graph/model/ref.ts';
import type { Scope } from '../../graph/model/scope.ts';
import type { AttackPath, Endpoint, PathEngine, PathStep, Without } from '../../graph/paths/port.ts';
import type { Filter } from '../../graph/store/filter.ts';
import type { GraphStore } from '../../graph/store/port.ts';

/** An object as events name it. */
export interface Named {
  readonly kind: NodeKind;
  readonly namespace: string | null;
  readonly name: string;
}

export function refOf({ kind, namespace, name }: Named): string {
  return ref(kind, namespace, name);
}

/** What correlation asks of the graph of one cluster, as it is now. Every question is bounded in number and time. */
export interface GraphView {
  /** The id of the cluster. */
  readonly cluster: string;
  /** The living nodes of these names, by readable name. */
  named(names: readonly Named[]): Promise<ReadonlyMap<string, GraphNode>>;
  /** Those of these ids that it has. */
  nodes(ids: readonly string[]): Promise<readonly GraphNode[]>;
  /** The first few nodes of a kind that match. */
  find(kind: NodeKind, filter: Filter): Promise<readonly GraphNode[]>;
  /** The nodes at the other end of a relationship. */
  beyond(id: string, relationship: string, direction: 'out' | 'in'): Promise<readonly GraphNode[]>;
  /** The cheapest path; null where there is none, or none was found in time. */
  path(from: Endpoint, to: Endpoint, without?: readonly Without[]): Promise<AttackPath | null>;
  /** The cheapest path from the Internet to a node; to a pod by way of one of its containers. */
  exposure(node: GraphNode): Promise<AttackPath | null>;
  /** The steps that lead within one technique from any of some nodes to any of others. */
  steps(from: readonly string[], to: readonly string[]): Promise<readonly PathStep[]>;
  /** Resolves once paths know all that the store knows now. */
  settled(): Promise<void>;
}

const most = 100;
/** Paths that an attacker takes are short; what is farther away than this ranks as out of reach. */
const maxHops = 8;
const pathMs = 500;
const stepsMs = 250;
/** One identity wields so many rights over one object at most, techniques and permission sets together. */
const mostSteps = 40;
const settleMs = 5_000;

/** A view on one cluster. `paths` opens the engine of the tenant. */
export function graphView(
  store: Pick<GraphStore, 'nodes' | 'find' | 'adjacent' | 'version'>,
  paths: () => Promise<PathEngine>,
  tenant: string,
  cluster: string,
): GraphView {
  const scope: Scope = { tenant, clusters: { [cluster]: 'all' } };
  const view: GraphView = {
    cluster,
    async named(names) {
      if (names.length === 0) return new Map();
      const kinds = [...new Set(names.map(({ kind }) => kind))];
      const filter = { field: 'ref', in: [...new Set(names.map(refOf))].slice(0, most) };
      const { items } = await store.find(scope, { kinds, filter, page: { first: most } });
      return new Map(items.map(({ item }) => [item.ref, item]));
    },
    async nodes(ids) {
      const found = await store.nodes(scope, ids);
      return found.filter((node) => node !== null);
    },
    async find(kind, filter) {
      const { items } = await store.find(scope, { kinds: [kind], filter, page: { first: most } });
      return items.map(({ item }) => item);
    },
    async beyond(id, relationship, direction) {
      const query = { relationships: [relationship], direction, page: { first: most } };
      const [page] = await store.adjacent(scope, [id], query);
      return page?.items.map(({ item }) => item.node) ?? [];
    },
    async path(from, to, without) {
      const query = { from, to, first: 1, maxHops, timeBudgetMs: pathMs };
      const answer = await (await paths()).paths(scope, without === undefined ? query : { ...query, without });
      return answer.paths[0] ?? null;
    },
    async exposure(node) {
      const containers = node.kind === 'Pod' ? await view.beyond(node.id, 'HAS_CONTAINER', 'out') : [];
      return view.path({ set: 'INTERNET' }, { ids: [node.id, ...containers.map(({ id }) => id)] });
    },
    async steps(from, to) {
      if (from.length === 0 || to.length === 0) return [];
      const query = { from: { ids: from }, to: { ids: to }, first: mostSteps, maxHops: 1, timeBudgetMs: stepsMs };
      const answer = await (await paths()).paths(scope, query);
      const steps = answer.paths.flatMap((path) => path.steps.filter((step) => step.class === 'technique'));
      return [...new Map(steps.map((step) => [`${step.from} ${step.kind} ${step.to}`, step])).values()];
    },
    async settled() {
      await (await paths()).reached(await store.version(tenant), AbortSignal.timeout(settleMs));
    },
  };
  return view;
}
