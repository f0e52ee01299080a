import type { FieldNode } from 'graphql';
import type { Detection } from '../detections/catalogue.ts';
import type { EventHub, HubEvent } from '../events/hub.ts';
import type { Topic } from '../events/port.ts';
import type { VersionVector } from '../graph/model/graph.ts';
import type { Scope } from '../graph/model/scope.ts';
import type { BlastRadiusAnswer, PathAnswer, PathEngine, PathQuery } from '../graph/paths/port.ts';
import type { AlertRecords } from '../graph/records/alerts/port.ts';
import type { Records } from '../graph/records/port.ts';
import type { TreeCache } from '../graph/store/cache/trees.ts';
import type { GraphStore } from '../graph/store/port.ts';
import { type AlertActs, type AlertReads, alertActs, scopedAlerts } from './alert-reads.ts';
import type { MaybePromise } from './maybe-promise.ts';
import { type Reads, scopedReads } from './reads.ts';
import type { Branches, Foreseen } from './shape.ts';
import { untilAborted } from './until-aborted.ts';

/** Who asks: what he may see, under which name he acts, and whether he may change anything. */
export interface Viewer {
  readonly scope: Scope;
  readonly name: string;
  readonly mayWrite: boolean;
}

/** What the resolvers of one request stand on. Nothing here reads outside the caller's scope. */
export interface Context {
  readonly scope: Scope;
  readonly reads: Reads;
  readonly foreseen: Foreseen;
  /** What fields over relationships ask for, by the list of their nodes: graphql-js keeps one for a field and type. */
  readonly branches: WeakMap<readonly FieldNode[], MaybePromise<Branches>>;
  readonly alerts: AlertReads;
  /** What the caller may do; null when his credential allows reading only. */
  readonly acts: AlertActs | null;
  paths(query: PathQuery): Promise<PathAnswer>;
  /** Resolves once answers about paths are of at least this version. */
  pathsReached(version: VersionVector): Promise<void>;
  blastRadius(query: Parameters<PathEngine['blastRadius']>[1]): Promise<BlastRadiusAnswer>;
  namedSet(name: string): Promise<readonly string[]>;
  /** What raises alerts here, by name. */
  readonly detections: readonly Detection[];
  /** Events of the clusters in scope, after a cursor or from now on, until the request ends. */
  events(topic: Topic, after: string | null): AsyncIterable<HubEvent>;
  /** The same caller's context with nothing read yet: for each event of a subscription. */
  fresh(): Context;
}

/** Where a gateway gets its answers. */
export interface Sources {
  readonly store: GraphStore;
  readonly records: Records;
  readonly alerts: AlertRecords;
  /** The engine of a tenant, opened when first asked for. */
  readonly paths: (tenant: string) => Promise<PathEngine>;
  /** What raises alerts here, by name: nothing unless given. */
  readonly detections?: readonly Detection[];
}

/** The context of one request; the signal ends whatever it still waits for. */
export function createContext(
  sources: Sources & { readonly hub: EventHub; readonly cache: TreeCache | null },
  viewer: Viewer,
  signal: AbortSignal,
): Context {
  const { store, records, alerts, paths, detections = [], hub, cache } = sources;
  const { scope, name, mayWrite } = viewer;
  const run = <T>(work: () => Promise<T>): Promise<T> => untilAborted(signal, work);
  return {
    scope,
    reads: scopedReads(store, scope, signal, cache),
    branches: new WeakMap(),
    foreseen: new WeakMap(),
    alerts: scopedAlerts(alerts, scope, signal),
    acts: mayWrite ? alertActs(alerts, scope, name) : null,
    paths: (query) => run(async () => (await paths(scope.tenant)).paths(scope, query, signal)),
    pathsReached: (version) => run(async () => (await paths(scope.tenant)).reached(version, signal)),
    blastRadius: (query) => run(async () => (await paths(scope.tenant)).blastRadius(scope, query, signal)),
    namedSet: (name) => run(() => records.namedSet(scope.tenant, name)),
    detections,
    events: (topic, after) => hub.follow(scope, topic, after, signal),
    fresh: () => createContext(sources, viewer, signal),
  };
}
