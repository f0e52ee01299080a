/**
 * How often each feature was seen, decayed: c := c * 2^(-dt / halfLife) + 1 (Cohen & Strauss 2003). Feature, count and time in
 * seconds stand side by side in one array: an identity has few features, and there are many identities.
 */
export type Features = readonly number[];

const width = 3;
/** What was not seen for so many half-lives that less is left of it is forgotten. */
const forgottenBelow = 0.01;
/** Features of one identity that are kept; the one of which least is left goes first. */
export const mostFeatures = 64;

/** The features after one was seen, and what was left of that one before: 0 where it is new. */
export function seen(
  features: Features,
  feature: number,
  seconds: number,
  halfLifeSeconds: number,
): { readonly features: Features; readonly before: number } {
  const kept: number[] = [];
  let before = 0;
  let least = -1;
  for (let at = 0; at < features.length; at += width) {
    const [key, count, last] = [features[at], features[at + 1], features[at + 2]] as [number, number, number];
    const left = count * 2 ** (-Math.max(0, seconds - last) / halfLifeSeconds);
    if (key === feature) {
      before = left < forgottenBelow ? 0 : left;
      continue;
    }
    if (left < forgottenBelow) continue;
    if (least === -1 || left < (kept[least + 1] as number)) least = kept.length;
    kept.push(key, left, Math.max(seconds, last));
  }
  if (kept.length >= mostFeatures * width) kept.splice(least, width);
  kept.push(feature, before + 1, seconds);
  return { features: kept, before };
}

/** What is left most of each feature, of two who saw them; of too many, those of which most is left. */
export function joined(one: Features, other: Features, halfLifeSeconds: number): Features {
  // Counts of different times compare as if they had all been seen at time 0: both fade alike.
  const weight = ([, count, last]: readonly [number, number, number]): number =>
    Math.log2(count) + last / halfLifeSeconds;
  const most = new Map<number, readonly [number, number, number]>();
  for (const features of [one, other]) {
    for (let at = 0; at < features.length; at += width) {
      const entry = features.slice(at, at + width) as unknown as readonly [number, number, number];
      const known = most.get(entry[0]);
      if (known === undefined || weight(entry) > weight(known)) most.set(entry[0], entry);
    }
  }
  const entries = [...most.values()].sort((a, b) => weight(b) - weight(a) || a[0] - b[0]).slice(0, mostFeatures);
  // The last one seen stands last.
  return entries.sort((a, b) => a[2] - b[2] || a[0] - b[0]).flat();
}

export function countOf(features: Features): number {
  return features.length / width;
}
