import type { ObjectKind } from '../kind.ts';
import { ApiError, type ApiServer } from './api-server.ts';

type Json = Readonly<Record<string, unknown>>;

function records(value: unknown, what: string): readonly Json[] {
  if (Array.isArray(value)) return value.filter((item): item is Json => typeof item === 'object' && item !== null);
  throw new Error(`what answers is no Kubernetes API server: its discovery has no ${what}`);
}

/**
 * In which version an API server serves a kind: the one we ask for, else the one that the group prefers, else any other;
 * null where it serves none. Only discovery that says so is an answer: rejects where there is none, for what is missing
 * may be hidden by a proxy. Where discovery is forbidden, what is asked for counts as served.
 */
export async function servedVersion(kind: ObjectKind, server: ApiServer, signal: AbortSignal): Promise<string | null> {
  // The core group is what makes it Kubernetes.
  if (kind.group === '') return kind.version;
  try {
    for (const version of await versions(kind, server, signal)) {
      const found = ((await server.get(`/apis/${kind.group}/${version}`, signal)) ?? {}) as Json;
      if (records(found.resources, 'resources').some(({ name }) => name === kind.resource)) return version;
    }
    return null;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return kind.version;
    throw error;
  }
}

/** The versions of the kind's group, the ones to choose first. */
async function versions({ group, version }: ObjectKind, server: ApiServer, signal: AbortSignal): Promise<Set<string>> {
  const { groups } = ((await server.get('/apis', signal)) ?? {}) as Json;
  const found = records(groups, 'groups').find(({ name }) => name === group);
  if (found === undefined) return new Set();
  const preferred = found.preferredVersion as Json | undefined;
  const all = [preferred, ...records(found.versions, 'versions')].flatMap((each) => each?.version ?? []).map(String);
  return new Set(all.includes(version) ? [version, ...all] : all);
}
