import type { VersionVector } from '../graph/model/graph.ts';
import { grantOn, type Scope } from '../graph/model/scope.ts';

/**
 * A version as callers see it: opaque, equal for equal states, and enough to go on from.
 * It leaves out what would tell that other clusters exist, or change.
 */
export function versionText(version: VersionVector, scope: Scope): string {
  const parts = Object.entries(version)
    .filter(([cluster]) => grantOn(scope, cluster) !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}
