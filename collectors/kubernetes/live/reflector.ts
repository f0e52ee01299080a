import type { Extent, GapReason, Observation, ObservedRecord } from '../../../graph/model/observation.ts';
import { problemText } from '../fields.ts';
import { kubernetesExtent, type MappingContext, type ObjectKind } from '../kind.ts';
import { mapObject } from '../map.ts';
import { ApiError, type ApiServer } from './api-server.ts';
import { lines } from './lines.ts';
import type { Slots } from './slots.ts';
import { tableReader, tableType } from './table.ts';
import { backoff, pause, type Timing } from './timing.ts';

export interface ReflectorOptions {
  readonly context: MappingContext;
  readonly timing: Timing;
  /** How many kinds list at a time. */
  readonly slots: Slots;
  readonly signal: AbortSignal;
}

/** Attempts to list page by page until we ask for everything at once: pages expire when etcd compacts between them. */
const maxPagedAttempts = 2;

/**
 * Follows one kind of object for as long as the signal stands: a list as a snapshot, then a watch from its version.
 * Whatever fails is tried again. A watch that breaks is taken up where it stood; where that is not possible (410 Gone),
 * or after an outage long enough to be declared, a new list is taken, which also finds what was deleted meanwhile.
 */
export async function* reflect(
  kind: ObjectKind,
  server: ApiServer,
  options: ReflectorOptions,
): AsyncGenerator<Observation> {
  const { timing, slots, signal } = options;
  const extent = kubernetesExtent(kind.kind);
  /** Up to which we know everything; null before the first list, and when it is lost. */
  let version: string | null = null;
  let failures = 0;
  let expired = 0;
  let declared: GapReason | null = null;

  while (!signal.aborted) {
    let openedAt = Number.POSITIVE_INFINITY;
    const settled = (): boolean => Date.now() - openedAt >= timing.settledMs;
    try {
      if (version === null) {
        const giveBack = await slots.take();
        try {
          for await (const step of list(kind, server, options, expired < maxPagedAttempts)) {
            declared = null;
            version = step.version;
            yield* step.observations;
          }
        } finally {
          giveBack();
        }
        failures = 0;
      } else {
        for await (const step of watch(kind, server, options, version)) {
          openedAt = Math.min(openedAt, Date.now());
          if (step.version !== null) {
            version = step.version;
            failures = 0;
            expired = 0;
          }
          yield* step.observations;
        }
        // In order, at the time we asked for; an API server that ends it at once is to be left in peace for a while.
        if (!settled()) throw new Error('the watch ended as soon as it began');
        failures = 0;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isExpired(error)) {
        version = null;
        expired += 1;
        if (expired > 1) await pause(backoff(expired - 1, timing.backoffMs), signal);
        continue;
      }
      if (settled()) failures = 0;
      failures += 1;
      const setback = judge(kind, error, failures, timing);
      if (setback.reason !== null) {
        version = null;
        if (setback.reason !== declared) {
          declared = setback.reason;
          yield { type: 'unreadable', extent, reason: setback.reason, message: setback.message };
        }
      }
      await pause(setback.waitMs, signal);
    }
  }
}

interface Setback {
  /** Null while it is not worth telling. */
  readonly reason: GapReason | null;
  readonly message: string;
  readonly waitMs: number;
}

function judge({ resource }: ObjectKind, error: unknown, failures: number, timing: Timing): Setback {
  const message = describe(error);
  if (error instanceof ApiError) {
    const { status } = error;
    if (status === 403) {
      const advice = `grant the verbs list and watch on ${resource} to the identity that Portolan uses`;
      return { reason: 'FORBIDDEN', message: `${message}; ${advice}`, waitMs: timing.deniedRetryMs };
    }
    if (status === 401) {
      const advice = 'renew the credentials in the kubeconfig';
      return { reason: 'UNAUTHORIZED', message: `${message}; ${advice}`, waitMs: timing.deniedRetryMs };
    }
    if (status === 404 || status === 405) {
      const served = `the API server does not serve ${resource}: ${message}`;
      return { reason: 'NOT_SERVED', message: served, waitMs: timing.notServedRetryMs };
    }
  }
  const asked = error instanceof ApiError ? Math.min(error.retryAfterMs ?? 0, timing.maxRetryAfterMs) : 0;
  return {
    reason: failures >= timing.failuresUntilGap ? 'UNREACHABLE' : null,
    message: `${resource} cannot be read: ${message}; it is tried again until it can`,
    waitMs: Math.max(asked, backoff(failures, timing.backoffMs)),
  };
}

/** What went wrong, in words: undici wraps what the socket said, and Node what each address of a host said. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message || error.name}${cause}`;
}

function isExpired(error: unknown): boolean {
  return error instanceof ApiError && error.status === 410;
}

function resourcePath({ group, version, resource }: ObjectKind): string {
  return group === '' ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`;
}

/** In which form a kind is asked for, and how the objects are had from a list and from the object of a watch event. */
function formOf({ asTable }: ObjectKind) {
  if (!asTable) {
    return { accept: undefined, query: {}, items: (body: unknown) => itemsOf(body), object: (body: unknown) => body };
  }
  const rows = tableReader();
  return {
    accept: tableType,
    query: { includeObject: 'Metadata' },
    items: rows,
    object: (body: unknown) => rows(body)[0],
  };
}

function itemsOf(body: unknown): readonly unknown[] {
  const { items } = (body ?? {}) as { readonly items?: unknown };
  // Go writes an empty list as null.
  return Array.isArray(items) ? items : [];
}

/** A piece of a list or watch. */
interface Step {
  /** Up to which everything has been told with this step; null where that cannot be said. */
  readonly version: string | null;
  readonly observations: Iterable<Observation>;
}

/** Lists the kind page by page. Nothing is yielded before the API server has answered: an observation ends a gap. */
async function* list(
  kind: ObjectKind,
  server: ApiServer,
  { context, timing, signal }: ReflectorOptions,
  paged: boolean,
): AsyncGenerator<Step> {
  const extent = kubernetesExtent(kind.kind);
  const form = formOf(kind);
  const query = new URLSearchParams({ ...form.query, ...(paged ? { limit: String(timing.pageSize) } : {}) });
  for (let first = true; ; first = false) {
    const body = await server.get(`${resourcePath(kind)}?${query}`, signal, form.accept);
    const page = readPage(body);
    const all = form.items(body);
    if (first) yield { version: null, observations: [{ type: 'snapshot', extent }] };
    for (let start = 0; start < all.length; start += timing.pageSize) {
      const items = all.slice(start, start + timing.pageSize);
      yield { version: null, observations: mapped(kind, items, context, extent) };
    }
    if (page.continue === '') {
      yield { version: page.version, observations: [{ type: 'complete', extent }] };
      return;
    }
    query.set('continue', page.continue);
  }
}

interface Page {
  readonly version: string;
  readonly continue: string;
}

function readPage(body: unknown): Page {
  const { metadata } = (body ?? {}) as { readonly metadata?: unknown };
  const { resourceVersion, continue: token } = (metadata ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof resourceVersion !== 'string' || resourceVersion === '') throw new Error('the list has no resourceVersion');
  return { version: resourceVersion, continue: typeof token === 'string' ? token : '' };
}

function* mapped(
  kind: ObjectKind,
  items: readonly unknown[],
  context: MappingContext,
  extent: Extent,
): Generator<Observation> {
  const records: ObservedRecord[] = [];
  const troubles: Observation[] = [];
  for (const item of items) {
    const { object, record, problems } = mapObject(kind, item, context);
    if (record !== null) records.push(record);
    const place = [kind.kind, object?.namespace, object?.name].filter(Boolean).join('/');
    const of = record === null ? {} : { record: record.key };
    for (const problem of problems)
      troubles.push({ type: 'problem', extent, ...of, place, message: problemText(problem) });
  }
  // A record ends what was wrong with it before; what is wrong with it now comes after.
  if (records.length > 0) yield { type: 'records', extent, records };
  yield* troubles;
}

/** One watch from a version, until it ends: an empty step once it stands. Throws what the API server reports, also in mid-stream. */
async function* watch(
  kind: ObjectKind,
  server: ApiServer,
  { context, timing, signal }: ReflectorOptions,
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
  const body = await server.stream(`${resourcePath(kind)}?${query}`, signal, form.accept);
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

/** Adds an observation, within the last one where both speak of the same kind of change. */
function append(observations: Observation[], next: Observation): void {
  const last = observations.at(-1);
  if (next.type === 'records' && last?.type === 'records') {
    observations[observations.length - 1] = { ...last, records: [...last.records, ...next.records] };
  } else if (next.type === 'removed' && last?.type === 'removed') {
    observations[observations.length - 1] = { ...last, keys: [...last.keys, ...next.keys] };
  } else {
    observations.push(next);
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
