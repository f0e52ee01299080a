import type { Container } from '../enrich/container.ts';
import type { Process } from '../enrich/process.ts';
import type { Fields } from '../probes/probe.ts';

/** What the sensor saw, and who did it. */
export interface SensorEvent {
  /** evt.type */
  readonly type: string;
  /** CLOCK_BOOTTIME, ns; of the first, where it stands for several. */
  readonly time: number;
  /** How many it stands for: events of one process that are the same but for their time. */
  readonly count: number;
  /** Time of the last of them. */
  readonly last: number;
  readonly tid: number;
  readonly uid: number;
  readonly gid: number;
  /** As it is after the event. */
  readonly process: Process;
  /** Null on the host; undefined when the sensor was never told of the cgroup. */
  readonly container: Container | null | undefined;
  /** Another process that it is done to. */
  readonly target: { readonly process: Process; readonly container: Container | null | undefined } | undefined;
  /** Those of the event itself; eventFields() gives all. */
  readonly fields: Fields;
}
