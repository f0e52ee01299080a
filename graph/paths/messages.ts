import type { VersionVector } from '../model/graph.ts';
import type { Scope } from '../model/scope.ts';
import type { PathEngineErrorCode } from './errors.ts';
import type { BlastRadiusAnswer, PathAnswer, PathQuery } from './port.ts';
import type { Change } from './projection.ts';
import type { BlastRadiusQuery } from './search.ts';

/** What the thread is asked, and what it answers: one reply to each request, in their order. */
export interface Exchange {
  /** Begins a new projection at this version. The one before goes on answering until `serve`. */
  begin: { readonly request: { readonly version: VersionVector }; readonly reply: null };
  /** A batch of a scan, for the new projection. */
  load: { readonly request: { readonly cluster: string; readonly change: Change }; readonly reply: null };
  /** Puts the new projection in the place of the old one. */
  serve: { readonly request: null; readonly reply: VersionVector };
  /** The next delta of a partition. */
  delta: {
    readonly request: { readonly cluster: string; readonly version: number; readonly change: Change };
    readonly reply: VersionVector;
  };
  paths: { readonly request: { readonly scope: Scope; readonly query: PathQuery }; readonly reply: PathAnswer };
  blastRadius: {
    readonly request: { readonly scope: Scope; readonly query: BlastRadiusQuery };
    readonly reply: BlastRadiusAnswer;
  };
}

export type Verb = keyof Exchange;

export type Request = {
  [V in Verb]: { readonly number: number; readonly verb: V; readonly request: Exchange[V]['request'] };
}[Verb];

export type Reply =
  | { readonly number: number; readonly reply: Exchange[Verb]['reply'] }
  /** `code` is null where the fault is ours. */
  | { readonly number: number; readonly code: PathEngineErrorCode | null; readonly message: string };
