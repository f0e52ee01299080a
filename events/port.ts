import type { Position, Positions } from '../graph/records/alerts/port.ts';

export type { Position, Positions } from '../graph/records/alerts/port.ts';

/** What events are about: changes of alerts (an AlertEvent each), or of the graph (a GraphChange for each commit). */
export type Topic = 'alerts' | 'graph';

/** A log of its own. */
export interface Channel {
  readonly tenant: string;
  readonly topic: Topic;
}

export interface EventEntry {
  /** The id of the cluster whose writer committed it. */
  readonly cluster: string;
  /** With the cluster, what makes it unique; it grows within the cluster. */
  readonly position: Position;
  /** When it was committed, RFC 3339. */
  readonly at: string;
  /** JSON; what it holds is the topic's matter. */
  readonly body: string;
}

/** An append-only log of what has been committed, ordered within each cluster. */
export interface EventLog {
  /** The last position of each cluster, as far as the log has it. */
  reached(channel: Channel): Promise<Positions>;
  /**
   * Every entry after some positions (a cluster that is not named is at its beginning), each once, then those to come until
   * the signal ends it. Throws EventLogError CURSOR_EXPIRED when some are gone. Trouble of the log itself it sits out.
   */
  follow(channel: Channel, after: Positions, signal: AbortSignal): AsyncIterable<EventEntry>;
  close(): Promise<void>;
}

/** The nodes that a commit touched, by id. Their states are read when they are shown. */
export interface GraphChange {
  readonly version: number;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Attack edges that appeared or changed. */
  readonly edges: readonly string[];
}

export type EventLogErrorCode = 'CURSOR_EXPIRED' | 'INVALID_CURSOR';

/** What who follows a log can act on. The message says what to do. */
export class EventLogError extends Error {
  readonly code: EventLogErrorCode;

  constructor(code: EventLogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EventLogError';
    this.code = code;
  }
}

export function cursorExpired(cause?: unknown): EventLogError {
  const message = 'What followed the cursor is no longer kept: read the present state, then subscribe without `after`.';
  return new EventLogError('CURSOR_EXPIRED', message, { cause });
}
