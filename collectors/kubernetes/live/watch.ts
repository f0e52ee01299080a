import type { Observation } from '../../../graph/model/observation.ts';
import { kubernetesExtent, type MappingContext, type ObjectKind } from '../kind.ts';
import { lines } from '../lines.ts';
import { mapObject } from '../map.ts';
import { ApiError, type ApiServer } from './api-server.ts';
import { append, mapped } from './observed.ts';
import { formOf, resourcePath } from './resource.ts';
import type { Timing } from './timing.ts';

export interface WatchOptions {
  readonly context: MappingContext;
  readonly timing: Timing;
  readonly signal: AbortSignal;
}

/** A piece of a list or watch. */
export interface Step {
  /** Up to which everything has been told with this step; null where that cannot be said. */
  readonly version: string | null;
  readonly observations: Iterable<Observation>;
}

/** One watch from a version, until it ends: an empty step once it stands. Throws what the API server reports, also in mid-stream. */
export async function* watch(
  kind: ObjectKind,
  served: string,
  server: ApiServer,
  { context, timing, signal }: WatchOptions,
  version: string,
): AsyncGenerator<Step> {
  const extent = kubernetesExtent(kind.kind);
  const [least, most] = timing.watchSeconds;
  const form = formOf(kind);
  const query = new URLSearchParams({
    ...form.query,
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: version,
    timeoutSeconds: String(Math.round(least + Math.random() * (most - least))),
  });
  const body = await server.stream(`${resourcePath(kind, served)}?${query}`, signal, form.accept);
  yield { version: null, observations: [] };
  for await (const group of lines(body)) {
    const observations: Observation[] = [];
    let latest: string | null = null;
    let failure: ApiError | null = null;
    for (const line of group) {
      const event = readEvent(line);
      if (event === null) {
        const message = 'the watch sent a line that is no event; it is left out';
        observations.push({ type: 'problem', extent, place: kind.kind, message });
      } else if (event.type === 'ERROR') {
        failure = new ApiError(event.status, event.message);
        break;
      } else {
        latest = event.version ?? latest;
        const object = form.object(event.object);
        if (event.type === 'DELETED') {
          const { record } = mapObject(kind, object, context);
          if (record !== null) append(observations, { type: 'removed', extent, keys: [record.key] });
        } else if (event.type === 'ADDED' || event.type === 'MODIFIED') {
          for (const observation of mapped(kind, [object], context, extent)) append(observations, observation);
        }
      }
    }
    yield { version: latest, observations };
    if (failure !== null) throw failure;
  }
}

interface WatchEvent {
  /** ADDED, MODIFIED, DELETED, BOOKMARK, ERROR, or what a later Kubernetes may add. */
  readonly type: string;
  readonly object: unknown;
  readonly version: string | null;
  /** Of an ERROR, whose object is a Status. */
  readonly status: number;
  readonly message: string;
}

function readEvent(line: string): WatchEvent | null {
  try {
    const { type, object } = JSON.parse(line) as { readonly type?: unknown; readonly object?: unknown };
    if (typeof type !== 'string' || typeof object !== 'object' || object === null) return null;
    const { metadata, code, message } = object as Readonly<Record<string, unknown>>;
    const { resourceVersion } = (metadata ?? {}) as Readonly<Record<string, unknown>>;
    return {
      type,
      object,
      version: typeof resourceVersion === 'string' && resourceVersion !== '' ? resourceVersion : null,
      status: typeof code === 'number' ? code : 500,
      message: typeof message === 'string' ? message : 'the watch reported an error',
    };
  } catch {
    return null;
  }
}
