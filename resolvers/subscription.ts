import type { GraphChange } from '../events/port.ts';
import type { GraphEdge } from '../graph/model/graph.ts';
import { nodeKind } from '../graph/model/kinds.ts';
import { type AlertChange, type AlertEvent as AlertChanged, mayReadPlace } from '../graph/records/alerts/alert.ts';
import { type AlertFilter, matchesAlert } from '../graph/records/alerts/filter.ts';
import type { NodeView } from '../graph/store/port.ts';
import { kindOf } from '../schema/names.ts';
import type {
  AlertEventResolvers,
  ChangedEdgeResolvers,
  GraphEventResolvers,
  GraphFilter,
  SubscriptionAlertRaisedArgs,
  SubscriptionGraphChangedArgs,
} from '../schema/types.ts';
import { alertFilterOf, clusterIds } from './alert-filter.ts';
import { known } from './attack-paths.ts';
import type { Context } from './context.ts';
import { attackPathChanges, type PathsChanged } from './path-changes.ts';

/** What stands behind the events' types. */
export type AlertShown = Shown<AlertChanged>;
export type GraphShown = Shown<GraphChanged>;

/** What a source stream yields: an event, or null for one that does not match, and where it stands. */
export interface SourceEvent {
  /**
   * Where the reader stands after it: a place in the order of events of this process, where a reader may join all who stand
   * before him; or what he has been told, where he may join who was told the same. Null for neither.
   */
  readonly at: number | string | null;
  /** Whether he is up to date with it. */
  readonly present: boolean;
  readonly cursor: string;
  readonly event: AlertShown | GraphShown | PathsChanged | null;
}

export interface Shown<T> {
  readonly cursor: string;
  readonly value: T;
}

export interface GraphChanged {
  readonly at: string;
  readonly changed: readonly NodeView[];
  readonly removed: readonly NodeView[];
  readonly edges: readonly GraphEdge[];
  readonly omitted: number;
}

/** The most of each list that one event shows. */
const mostShown = 1_000;

async function* alertRaised(
  _: unknown,
  args: SubscriptionAlertRaisedArgs,
  context: Context,
): AsyncIterable<SourceEvent> {
  const filter: AlertFilter = await alertFilterOf(args.filter, context.reads);
  const changes: readonly AlertChange[] = args.changes ?? [];
  for await (const { entry, place, newest, cursor } of context.events('alerts', args.after ?? null)) {
    const value = JSON.parse(entry.body) as AlertChanged;
    // The stream ends at the cluster: namespaces are the record's own rule.
    const wanted =
      mayReadPlace(context.scope, value.alert) && changes.includes(value.change) && matchesAlert(filter, value.alert);
    const at = cursor();
    yield { at: place, present: newest, cursor: at, event: wanted ? { cursor: at, value } : null };
  }
}

async function* graphChanged(
  _: unknown,
  args: SubscriptionGraphChangedArgs,
  context: Context,
): AsyncIterable<SourceEvent> {
  const matches = await nodeTest(args.filter, context);
  for await (const { entry, place, newest, cursor } of context.events('graph', args.after ?? null)) {
    const at = cursor();
    const change = JSON.parse(entry.body) as GraphChange;
    const value = await visible(change, entry.at, matches, context.fresh());
    yield { at: place, present: newest, cursor: at, event: value && { cursor: at, value } };
  }
}

type NodeTest = (node: NodeView) => boolean;

async function nodeTest(filter: GraphFilter | null | undefined, { reads }: Context): Promise<NodeTest> {
  const clusters = filter?.clusters ? await clusterIds(filter.clusters, reads) : null;
  const kinds = filter?.kinds?.map(kindOf) ?? null;
  const namespaces = filter?.namespaces ?? null;
  return ({ kind, id, cluster, namespace }) =>
    !nodeKind(kind).hidden &&
    (kinds === null || kinds.includes(kind)) &&
    (clusters === null || clusters.includes(kind === 'Cluster' ? id : (cluster ?? ''))) &&
    (namespaces === null || (namespace != null && namespaces.includes(namespace)));
}

/** What the caller sees of a commit; null when that is nothing. */
async function visible(
  { changed, removed, edges }: GraphChange,
  at: string,
  matches: NodeTest,
  { reads }: Context,
): Promise<GraphChanged | null> {
  const nodesOf = async (ids: readonly string[]): Promise<readonly NodeView[]> =>
    (await Promise.all(ids.map((id) => reads.node(id)))).filter((node) => node !== null).filter(matches);
  const all = {
    changed: await nodesOf(changed),
    // One that has come back since, or that others still claim, is not gone.
    removed: (await nodesOf(removed)).filter(({ deletedAt }) => deletedAt !== null),
    edges: (await Promise.all(edges.map((id) => edgeBetween(id, matches, reads)))).filter((edge) => edge !== null),
  };
  const count = all.changed.length + all.removed.length + all.edges.length;
  if (count === 0) return null;
  const shown = {
    changed: all.changed.slice(0, mostShown),
    removed: all.removed.slice(0, mostShown),
    edges: all.edges.slice(0, mostShown),
  };
  return { at, ...shown, omitted: count - shown.changed.length - shown.removed.length - shown.edges.length };
}

async function edgeBetween(id: string, matches: NodeTest, reads: Context['reads']): Promise<GraphEdge | null> {
  const edge = await reads.edge(id);
  if (edge === null) return null;
  const ends = await Promise.all([reads.node(edge.from), reads.node(edge.to)]);
  return ends.every((end) => end !== null) && ends.some((end) => end !== null && matches(end)) ? edge : null;
}

const resolve = ({ event }: SourceEvent) => event;

/** Each field's source stream, and what becomes of what it yields. */
export const Subscription = {
  alertRaised: { subscribe: alertRaised, resolve },
  graphChanged: { subscribe: graphChanged, resolve },
  attackPathChanged: { subscribe: attackPathChanges, resolve },
} as const;

/** The fields whose first event is a state, which who joins others would miss. */
export const beginsWithState: ReadonlySet<string> = new Set(['attackPathChanged']);

export const AlertEvent: AlertEventResolvers = {
  change: ({ value }) => value.change,
  alert: ({ value }) => value.alert,
};

export const GraphEvent: GraphEventResolvers = {
  at: ({ value }) => value.at,
  changed: ({ value }) => value.changed,
  removed: ({ value }) => value.removed,
  edges: ({ value }) => value.edges,
  omitted: ({ value }) => value.omitted,
};

export const ChangedEdge: ChangedEdgeResolvers = {
  name: ({ kind }) => kind,
  from: ({ from }, _args, context) => known(from, context),
  to: ({ to }, _args, context) => known(to, context),
};
