import type { VersionVector } from '../model/graph.ts';

/** Whether every partition that `wanted` names is at that version or past it. */
export function covers(version: VersionVector, wanted: VersionVector): boolean {
  return Object.entries(wanted).every(([cluster, number]) => versionOf(version, cluster) >= number);
}

/** A partition that the vector does not name is at 0: nothing was ever committed to it. */
export function versionOf(version: VersionVector, cluster: string): number {
  return Object.hasOwn(version, cluster) ? (version[cluster] as number) : 0;
}
