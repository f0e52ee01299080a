import type { NewAlert } from '../alerts/alert.ts';

/** Something that a sender lost, or may have. */
export interface Loss {
  /** Where it was lost: `kernel`, `spool`, `receiver`; a short word. */
  readonly where: string;
  /** Of which class of records, where that is known. */
  readonly class: string | null;
  /** How many; null where nobody knows. */
  readonly count: number | null;
  /** A sentence. */
  readonly reason: string;
  /** When it was noticed, RFC 3339 in UTC with milliseconds. */
  readonly time: string;
}

/** Something that a sender does not see for as long as it runs. */
export interface DeclaredGap {
  /** Why not: `io_uring`, `32-bit`, `refused`, `design`; a short word. */
  readonly cause: string;
  /** What is not seen whole, such as `connect`; null for anything. */
  readonly probe: string | null;
  /** A sentence. */
  readonly reason: string;
}

/** What a sender has sent under one number, with what it gives rise to; docs/protocol/sensor.md, section 5. */
export interface Delivery {
  /** For which node it speaks, by its credential. */
  readonly node: string;
  /** The sender's own name for its numbering: a UUID. */
  readonly instance: string;
  /** Dense from 1, within the instance. */
  readonly sequence: number;
  readonly digest: string;
  readonly alerts: readonly NewAlert[];
  readonly losses: readonly Loss[];
  /** In place of what it declared before; null when it declares nothing. */
  readonly declared: readonly DeclaredGap[] | null;
}

/** `known`: it was here before; `conflict`: something else was here under this number. Of neither anything is kept. */
export type Delivered = 'taken' | 'known' | 'conflict';

/** Losses of one place and class, and when they were noticed. */
export interface KeptLoss extends Omit<Loss, 'time'> {
  readonly first: string;
  readonly last: string;
}

/** How far a sender has come, and what it says it does not see. */
export interface Sender extends Pick<Delivery, 'node' | 'instance' | 'sequence' | 'digest'> {
  /** When something of it was last taken. */
  readonly heardAt: string;
  readonly losses: readonly KeptLoss[];
  readonly declared: readonly DeclaredGap[];
}
