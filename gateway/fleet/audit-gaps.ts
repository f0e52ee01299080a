import type { NotCovered } from '../../detections/engine/not-covered.ts';
import type { AuditSourceState } from '../ingest/audit-source.ts';
import type { GapFact } from './sensor-gaps.ts';

/** Whoever follows a source says every minute that it is there. */
const silentMs = 5 * 60_000;
/** How long after the last one what could not be read counts as over. */
const unreadMs = 24 * 3_600_000;
/** The most detections of a cluster that stand for themselves. */
const mostDetections = 500;

/**
 * What the sources of audit events of a cluster do not deliver, as coverage gaps: that there are none, sources that cannot be
 * read, events of which something is missing, and detections that are not covered by any source.
 */
export function auditGaps(sources: readonly AuditSourceState[], now: number): readonly GapFact[] {
  if (sources.length === 0) return [none];
  const followed = sources.filter(({ heardAt }) => Date.parse(heardAt) > now - silentMs);
  const lost = notCoveredByAny(followed);
  const more = lost.length - mostDetections;
  return [
    ...sources.flatMap((source) => ofSource(source, followed.includes(source), now)),
    ...lost.slice(0, mostDetections).map(detection),
    ...(more > 0
      ? [
          fact(
            'more',
            'detections',
            'NOT_COVERED',
            `${more} more detections are not covered: see portolan detect --list`,
            null,
          ),
        ]
      : []),
  ];
}

const none = fact(
  'none',
  'audit events',
  'BY_DESIGN',
  'no audit events of this cluster come in, so that no detection over them can fire: let its API server send them, or name where they are written',
  null,
);

function ofSource(
  { address, heardAt, failing, unread }: AuditSourceState,
  isFollowed: boolean,
  now: number,
): readonly GapFact[] {
  const subject = `audit events of ${address}`;
  const gaps: GapFact[] = [];
  if (!isFollowed) {
    const message = `nobody has taken in ${subject} since ${minute(heardAt)}: see that portolan up runs with it`;
    gaps.push(fact(`${address} followed`, subject, 'STALE', message, heardAt));
  } else if (failing !== null) {
    gaps.push(fact(`${address} read`, subject, failing.reason, failing.message, failing.since));
  }
  if (unread !== null && Date.parse(unread.last) > now - unreadMs) {
    const { count, first, last, message } = unread;
    const told = `${count} could not be read whole, the last at ${minute(last)}: ${message}`;
    gaps.push(fact(`${address} unread`, subject, 'LOST', told, first));
  }
  return gaps;
}

/** The detections that no source covers whole, each as the best of them does. */
function notCoveredByAny([first, ...others]: readonly AuditSourceState[]): readonly NotCovered[] {
  return (first?.notCovered ?? []).flatMap((lost) => {
    const elsewhere = others.map(({ notCovered }) => notCovered.find(({ rule }) => rule === lost.rule));
    if (elsewhere.includes(undefined)) return [];
    return [[lost, ...elsewhere].find((each) => each?.state === 'partial') ?? lost];
  });
}

function detection({ rule, state, missing }: NotCovered): GapFact {
  const subject = `detection ${rule}`;
  const needs = missing.join(', ');
  return state === 'none'
    ? fact(subject, subject, 'NOT_COVERED', `‘${rule}’ cannot fire: no source of audit events has ${needs}`, null)
    : fact(
        subject,
        subject,
        'PARTLY_COVERED',
        `‘${rule}’ sees only a part: no source of audit events has ${needs}`,
        null,
      );
}

/** To the minute, so that what goes on is not written anew each moment. */
function minute(time: string): string {
  return `${time.slice(0, 16)}Z`;
}

function fact(name: string, subject: string, reason: string, message: string, since: string | null): GapFact {
  return {
    kind: 'CoverageGap',
    uid: null,
    namespace: null,
    name: `audit/${name}`,
    properties: { source: 'audit', subject, reason, message, since },
  };
}
