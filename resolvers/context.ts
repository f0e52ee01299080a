import type { FieldNode } from 'graphql';
import type { Scope } from '../graph/model/scope.ts';
import type { BlastRadiusAnswer, PathAnswer, PathEngine, PathQuery } from '../graph/paths/port.ts';
import type { Records } from '../graph/records/port.ts';
import type { GraphStore } from '../graph/store/port.ts';
import type { MaybePromise } from './maybe-promise.ts';
import { type Reads, scopedReads } from './reads.ts';
import type { Branches, Foreseen } from './shape.ts';
import { untilAborted } from './until-aborted.ts';

/** What the resolvers of one request stand on. Nothing here reads outside the caller's scope. */
export interface Context {
  readonly scope: Scope;
  readonly reads: Reads;
  readonly foreseen: Foreseen;
  /** What fields over relationships ask for, by the list of their nodes: graphql-js keeps one for a field and type. */
  readonly branches: WeakMap<readonly FieldNode[], MaybePromise<Branches>>;
  paths(query: PathQuery): Promise<PathAnswer>;
  blastRadius(query: Parameters<PathEngine['blastRadius']>[1]): Promise<BlastRadiusAnswer>;
  namedSet(name: string): Promise<readonly string[]>;
}

/** Where a gateway gets its answers. */
export interface Sources {
  readonly store: GraphStore;
  readonly records: Records;
  /** The engine of a tenant, opened when first asked for. */
  readonly paths: (tenant: string) => Promise<PathEngine>;
}

/** The context of one request; the signal ends whatever it still waits for. */
export function createContext({ store, records, paths }: Sources, scope: Scope, signal: AbortSignal): Context {
  const run = <T>(work: () => Promise<T>): Promise<T> => untilAborted(signal, work);
  return {
    scope,
    reads: scopedReads(store, scope, signal),
    branches: new WeakMap(),
    foreseen: new WeakMap(),
    paths: (query) => run(async () => (await paths(scope.tenant)).paths(scope, query, signal)),
    blastRadius: (query) => run(async () => (await paths(scope.tenant)).blastRadius(scope, query, signal)),
    namedSet: (name) => run(() => records.namedSet(scope.tenant, name)),
  };
}
