import type { EventRecord } from '../events/record.ts';
import type { EventTypeName } from '../events/types.ts';

export type FieldValue = string | number | boolean;

/** Fields by the names that Falco's rules use (https://falco.org/docs/reference/rules/supported-fields/). */
export type Fields = Readonly<Record<string, FieldValue>>;

/** What an exec tells of a process. */
export interface Image {
  /** The kernel's name of the process: 15 bytes at most. */
  readonly name: string;
  readonly exepath: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** `NAME=value`, each ended by a NUL unless it was cut; null where it was not read. It holds secrets: it is for rules alone. */
  readonly environment: string | null;
  readonly loginuid: number;
  readonly tty: number;
  readonly session: number;
  readonly group: number;
  /** In the pid namespace of the process. */
  readonly vpid: number;
  readonly vgroup: number;
  readonly capabilities: { readonly effective: string; readonly permitted: string; readonly inheritable: string };
  /** Inode numbers, as in /proc/PID/ns. */
  readonly namespaces: Readonly<Record<NamespaceKind, number>>;
  /** The file was written into the container after it was made: it is in the upper layer of its overlay. */
  readonly upperLayer: boolean;
  readonly memfd: boolean;
  /** The file had been unlinked. */
  readonly unlinked: boolean;
}

export const namespaceKinds = ['mnt', 'pid', 'net', 'user', 'uts', 'ipc', 'cgroup'] as const;
export type NamespaceKind = (typeof namespaceKinds)[number];

/** What an event does to the tree of processes. */
export type ProcessChange =
  | { readonly kind: 'exec'; readonly image: Image; readonly parent: number; readonly parentStart: number }
  | { readonly kind: 'fork'; readonly pid: number; readonly start: number; readonly vpid: number }
  | { readonly kind: 'exit' };

/** Another process that an event is done to. */
export interface Target {
  readonly pid: number;
  readonly start: number;
  readonly cgroup: number;
}

/** One thing that is watched: a folder of its own, listed in index.ts. */
export interface Probe {
  readonly name: EventTypeName;
  readonly description: string;
  /** What it cannot see. */
  readonly gaps: readonly string[];
  /** The BPF programs, and what each attaches to. */
  readonly programs: Readonly<Record<string, string>>;
  /** evt.type, for each of the system calls that an event's header tells apart. */
  readonly types: readonly string[];
  /** How long the body must be for all that follows. Throws a RangeError where it is too short to tell. */
  readonly bytes: (record: EventRecord) => number;
  /** The fields of the event itself. */
  readonly fields: (record: EventRecord) => Fields;
  readonly change?: (record: EventRecord) => ProcessChange;
  readonly target?: (record: EventRecord) => Target;
}
