import type { AuditRecord } from '../../collectors/audit/event.ts';
import type { NodeEvent } from '../engine/fields/syscall.ts';
import type { Detection } from '../rules/define.ts';

/** What is held against what was. */
export type Measure =
  /** Something that the identity never did, or not for long; rare among its peers, too, where there are some. */
  | { readonly kind: 'first-seen'; readonly feature: readonly string[]; readonly peers: string | null }
  /** More different values in a window than usual. */
  | { readonly kind: 'burst'; readonly of: readonly string[]; readonly seconds: number; readonly least: number };

/** Events at times in days from the beginning of a history. */
export type History = readonly (readonly [day: number, event: Partial<AuditRecord> | NodeEvent])[];

/** A detection of what is unusual for somebody. Like one of the pack, with histories instead of events. */
export interface Behaviour
  extends Pick<
    Detection,
    'name' | 'source' | 'severity' | 'attack' | 'description' | 'remediation' | 'falsePositives' | 'references'
  > {
  /** By which events an identity becomes known: its time of learning begins with the first. */
  readonly learns: string;
  /** Which of those are measured. */
  readonly condition: string;
  /** The fields that name who acts. */
  readonly identity: readonly string[];
  readonly measure: Measure;
  /** The last event of the history fires it, and no other. */
  readonly fires: History;
  /** A history that must not. */
  readonly nearMiss: { readonly because: string; readonly history: History };
}

export function defineBehaviour(behaviour: Behaviour): Behaviour {
  return behaviour;
}
