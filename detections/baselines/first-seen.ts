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

export function countOf(features: Features): number {
  return features.length / width;
}
