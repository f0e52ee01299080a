import { mostValues, type Rate, upTo } from './burst.ts';
import { joined } from './first-seen.ts';
import type { Known, Learnt, Limits } from './watch.ts';

/**
 * What two have learnt of the same, each from the events that it took; they may know it from each other in part. Of counts the
 * larger holds, so that merging again changes nothing.
 *
 * @throws TypeError where one is of an identity and the other of a group
 */
export function merged(one: Learnt, other: Learnt, halfLifeSeconds: number, limits: Limits): Learnt {
  if (one[0] === 'identity' && other[0] === 'identity')
    return ['identity', one[1], mergedKnown(one[2], other[2], halfLifeSeconds)];
  if (one[0] !== 'group' || other[0] !== 'group') throw new TypeError(`a ${one[0]} and a ${other[0]} are not the same`);
  const having = new Map(one[3]);
  for (const [feature, count] of other[3]) having.set(feature, Math.max(count, having.get(feature) ?? 0));
  const most = [...having].sort(([a, countA], [b, countB]) => countB - countA || a - b);
  return ['group', one[1], Math.max(one[2], other[2]), most.slice(0, limits.featuresOfGroup)];
}

function mergedKnown(one: Known, other: Known, halfLifeSeconds: number): Known {
  return {
    since: Math.min(one.since, other.since),
    features: joined(one.features, other.features, halfLifeSeconds),
    rate: mergedRate(one.rate, other.rate),
    toldWindow: Math.max(one.toldWindow, other.toldWindow),
  };
}

/** The distinct values of the later window, of whoever saw them. */
function mergedRate(one: Rate, other: Rate): Rate {
  const window = Math.max(one.window, other.window);
  const [a, b] = [upTo(one, window), upTo(other, window)];
  return {
    window,
    values: [...new Set([...a.values, ...b.values])].sort((x, y) => x - y).slice(0, mostValues),
    mean: Math.max(a.mean, b.mean),
    variance: Math.max(a.variance, b.variance),
  };
}
