import type { Observation } from '../../../graph/model/observation.ts';
import { kubernetesExtent, type MappingContext, type ObjectKind } from '../kind.ts';
import { ApiError, type ApiServer } from './api-server.ts';
import { listPages } from './list.ts';
import { mapped } from './observed.ts';
import { servedVersion } from './served.ts';
import { judge } from './setback.ts';
import type { Slots } from './slots.ts';
import { backoff, pause, type Timing } from './timing.ts';
import { type Step, watch } from './watch.ts';

export interface ReflectorOptions {
  readonly context: MappingContext;
  readonly timing: Timing;
  /** How many kinds list at a time. */
  readonly slots: Slots;
  readonly signal: AbortSignal;
}

/** Attempts to list page by page until we ask for everything at once: pages expire when etcd compacts between them. */
const maxPagedAttempts = 2;

/** Where a reflector is with its kind. */
interface Standing {
  /** The version of the API group that is asked for. */
  served: string;
  /** Up to which everything is known; null before the first list, and when it is lost. */
  version: string | null;
  /** In a row. */
  failures: number;
  /** Lists that expired between pages, in a row. */
  expired: number;
  /** What was said of the kind as a whole: the reason of a gap, or that there is none of it. */
  declared: string | null;
}

/**
 * Follows one kind of object for as long as the signal stands: a list as a snapshot, then a watch from its version.
 * Whatever fails is tried again. A watch that breaks is taken up where it stood; where that is not possible (410 Gone),
 * or after an outage long enough to be declared, a new list is taken, which also finds what was deleted meanwhile.
 * A kind that the API server does not serve has no objects, and is looked for again.
 */
export async function* reflect(
  kind: ObjectKind,
  server: ApiServer,
  options: ReflectorOptions,
): AsyncGenerator<Observation> {
  const { timing, signal } = options;
  const at: Standing = { served: kind.version, version: null, failures: 0, expired: 0, declared: null };
  while (!signal.aborted) {
    const attempt = { openedAt: Number.POSITIVE_INFINITY };
    const settled = (): boolean => Date.now() - attempt.openedAt >= timing.settledMs;
    try {
      if (at.version === null) {
        yield* readWhole(kind, server, options, at);
      } else {
        yield* readChanges(kind, server, options, at, at.version, attempt);
        // In order, at the time we asked for; an API server that ends it at once is to be left in peace for a while.
        if (!settled()) throw new Error('the watch ended as soon as it began');
      }
      at.failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (settled()) at.failures = 0;
      yield* recover(kind, server, options, at, error);
    }
  }
}

async function* readWhole(
  kind: ObjectKind,
  server: ApiServer,
  { timing, slots, context, signal }: ReflectorOptions,
  at: Standing,
): AsyncGenerator<Observation> {
  const extent = kubernetesExtent(kind.kind);
  const giveBack = await slots.take();
  try {
    const pageSize = at.expired < maxPagedAttempts ? timing.pageSize : null;
    let first = true;
    for await (const { items, version, last } of listPages(kind, at.served, server, pageSize, signal)) {
      // Nothing is yielded before the API server has answered: an observation ends a gap.
      if (first) yield { type: 'snapshot', extent };
      first = false;
      at.declared = null;
      for (let start = 0; start < items.length; start += timing.pageSize) {
        yield* mapped(kind, items.slice(start, start + timing.pageSize), context, extent);
      }
      if (!last) continue;
      at.version = version;
      yield { type: 'complete', extent };
    }
  } finally {
    giveBack();
  }
}

async function* readChanges(
  kind: ObjectKind,
  server: ApiServer,
  options: ReflectorOptions,
  at: Standing,
  from: string,
  attempt: { openedAt: number },
): AsyncGenerator<Observation> {
  const steps: AsyncIterable<Step> = watch(kind, at.served, server, options, from);
  for await (const step of steps) {
    attempt.openedAt = Math.min(attempt.openedAt, Date.now());
    if (step.version !== null) {
      at.version = step.version;
      at.failures = 0;
      at.expired = 0;
    }
    yield* step.observations;
  }
}

/** Says what an error means for the kind, as far as it is worth telling, and waits until it is worth trying again. */
async function* recover(
  kind: ObjectKind,
  server: ApiServer,
  { timing, signal }: ReflectorOptions,
  at: Standing,
  error: unknown,
): AsyncGenerator<Observation> {
  const extent = kubernetesExtent(kind.kind);
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 410) {
    at.version = null;
    at.expired += 1;
    if (at.expired > 1) await pause(backoff(at.expired - 1, timing.backoffMs), signal);
    return;
  }
  // Who has no right to a kind is refused before the API server looks whether there is such a kind.
  if (status === 403 || status === 404 || status === 405) {
    const served = await servedVersion(kind, server, signal).catch(() => at.served);
    if (signal.aborted) return;
    if (served === null) {
      Object.assign(at, { served: kind.version, version: null, failures: 0 });
      if (at.declared !== 'absent') {
        at.declared = 'absent';
        yield { type: 'snapshot', extent };
        yield { type: 'complete', extent };
      }
      await pause(timing.notServedRetryMs, signal);
      return;
    }
    if (served !== at.served) Object.assign(at, { served, version: null });
  }
  at.failures += 1;
  const setback = judge(kind, error, at.failures, timing);
  if (setback.reason !== null) {
    at.version = null;
    if (setback.reason !== at.declared) {
      at.declared = setback.reason;
      yield { type: 'unreadable', extent, reason: setback.reason, message: setback.message };
    }
  }
  await pause(setback.waitMs, signal);
}
