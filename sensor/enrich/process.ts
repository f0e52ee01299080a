import type { Image } from '../probes/probe.ts';

/** How many ancestors of a process are kept. */
export const ancestorLimit = 7;

/** What a process is, without whom it comes from: ancestors hold no ancestors, so the dead do not keep the dead. */
export interface Identity {
  readonly pid: number;
  /** CLOCK_BOOTTIME, ns; rounded down to 10 ms when it comes from /proc. */
  readonly start: number;
  /** Null while nothing but the pid is known of it. */
  readonly image: Image | null;
  /** In its own pid namespace; 0 when unknown. */
  readonly vpid: number;
}

/** A process between two execs. It never changes: an exec makes another one with the same pid and start. */
export interface Process {
  readonly self: Identity;
  /** From the parent up, each as it was when it made the next. */
  readonly ancestors: readonly Identity[];
}

/** The ancestors that a child of `parent` has. */
export function ancestorsUnder({ self, ancestors }: Process): readonly Identity[] {
  return [self, ...ancestors.slice(0, ancestorLimit - 1)];
}
