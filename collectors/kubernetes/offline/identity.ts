import { basename } from 'node:path';
import type { GapReason } from '../../../graph/model/observation.ts';
import type { LiveCluster } from '../live/identify.ts';
import { DumpError, readManifest } from './files.ts';

/** A kind that is not in a dump as a whole, and why. */
export interface SavedGap {
  readonly kind: string;
  readonly reason: GapReason;
  readonly message: string;
}

/** Of which cluster a dump is, and what of it could not be saved. */
export interface DumpIdentity extends LiveCluster {
  /** RFC 3339. */
  readonly savedAt: string;
  /** The kinds that were asked for: what a later Portolan charts beyond them is not in the dump. */
  readonly kinds: readonly string[];
  readonly gaps: readonly SavedGap[];
}

/** The file of a dump that says so. */
export const identityFile = 'cluster.json';
const type = { apiVersion: 'portolan/v1', kind: 'ClusterDump' } as const;

export function identityText(identity: DumpIdentity): string {
  return `${JSON.stringify({ ...type, ...identity }, null, 2)}\n`;
}

/** The identity that is among the files of a dump; null where there is none. Throws DumpError where it is of several clusters. */
export async function identityIn(files: readonly string[]): Promise<DumpIdentity | null> {
  let found: { readonly file: string; readonly identity: DumpIdentity } | null = null;
  for (const file of files) {
    const identity = basename(file) === identityFile ? await readIdentity(file) : null;
    if (identity === null) continue;
    if (found !== null && found.identity.key !== identity.key) {
      const advice = 'chart them one by one, or in a folder that holds nothing but such folders';
      throw new DumpError(`${found.file} and ${file} are of different clusters: ${advice}`);
    }
    found = { file, identity };
  }
  return found?.identity ?? null;
}

/** Whether a document says of which cluster a dump is; it is no object of the cluster. */
export function isIdentity(value: object): value is Readonly<Record<string, unknown>> {
  const { apiVersion, kind } = value as Readonly<Record<string, unknown>>;
  return apiVersion === type.apiVersion && kind === type.kind;
}

/** Null for a file that is something else. */
export async function readIdentity(file: string): Promise<DumpIdentity | null> {
  const json: unknown = await readManifest(file)
    .then(JSON.parse)
    .catch(() => null);
  if (typeof json !== 'object' || json === null) return null;
  if (!isIdentity(json)) return null;
  const { apiVersion, kind, ...identity } = json;
  if (!isWhole(identity)) throw new DumpError(`${file} is damaged: save the dump anew with portolan dump`);
  return identity;
}

function isWhole(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, unknown>> & DumpIdentity {
  const texts = ['key', 'name', 'server', 'version', 'savedAt'].map((name) => value[name]);
  return (
    texts.every((text) => typeof text === 'string' && text !== '') &&
    (value.execByGet === null || typeof value.execByGet === 'boolean') &&
    areTexts(value.audiences) &&
    areTexts(value.kinds) &&
    Array.isArray(value.gaps) &&
    value.gaps.every((gap: SavedGap | null) => gap && areTexts([gap.kind, gap.reason, gap.message]))
  );
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
