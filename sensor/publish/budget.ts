import { type RecordClass, recordClasses } from './record.ts';

/** How many seconds' worth may come at once. */
const burstSeconds = 10;

/**
 * A budget of records a second, with a burst. The less precious a class, the more of the burst it must leave to those above:
 * what is too much costs raw events first, and gaps never.
 */
export function budget(perSecond: number, now: () => number): (recordClass: RecordClass) => boolean {
  const most = perSecond * burstSeconds;
  let left = most;
  let at = now();
  const reserved = Object.fromEntries(
    recordClasses.map((name, index) => [name, (most * Math.max(index - 1, 0)) / recordClasses.length]),
  ) as Record<RecordClass, number>;
  return (recordClass) => {
    const time = now();
    left = Math.min(most, left + ((time - at) / 1000) * perSecond);
    at = time;
    if (recordClass !== 'gap' && left < reserved[recordClass] + 1) return false;
    left = Math.max(0, left - 1);
    return true;
  };
}
