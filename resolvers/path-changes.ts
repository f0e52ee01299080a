import { setTimeout as sleep } from 'node:timers/promises';
import type { AttackPath, PathAnswer } from '../graph/paths/port.ts';
import type { AttackPathEventResolvers, SubscriptionAttackPathChangedArgs } from '../schema/types.ts';
import { boundsOf } from './attack-paths.ts';
import type { Context } from './context.ts';
import { badUserInput } from './errors.ts';
import { within } from './page.ts';
import { endpointOf } from './selector.ts';
import type { SourceEvent } from './subscription.ts';
import { versionText } from './version.ts';

/** How two answers differ. */
export interface PathsChanged {
  readonly cursor: string;
  readonly answer: PathAnswer;
  readonly added: readonly AttackPath[];
  readonly changed: readonly AttackPath[];
  readonly removed: readonly string[];
}

/** What a reader has been told: the cost of each path, by id. All that a cursor needs, so that no gateway keeps the past. */
type Told = ReadonlyMap<string, number>;

const mostPaths = 100;
/** How often paths are searched at most, whatever happens meanwhile, in milliseconds. */
const restMs = 250;

/** The difference since the cursor, or all there is; then what changes, searched anew when the graph does. */
export async function* attackPathChanges(
  _: unknown,
  args: SubscriptionAttackPathChangedArgs,
  context: Context,
): AsyncIterable<SourceEvent> {
  const first = within('first', args.first ?? 10, 1, mostPaths);
  const query = { first, ...boundsOf(args) };
  let told: Told | null = args.after == null ? null : readCursor(args.after);
  const commits = commitsOf(context);
  try {
    for (;;) {
      const fresh = context.fresh();
      const [from, to] = await Promise.all([endpointOf('from', args.from, fresh), endpointOf('to', args.to, fresh)]);
      const answer = await fresh.paths({ ...query, from, to });
      const next = toldBy(answer);
      const difference = differenceOf(told ?? new Map(), answer);
      const cursor = writeCursor(next);
      const differs = difference.added.length + difference.changed.length + difference.removed.length > 0;
      const event = told === null || differs ? { cursor, answer, ...difference } : null;
      yield { at: cursor, present: true, cursor, event };
      told = next;
      await sleep(restMs);
      await commits.next();
    }
  } finally {
    commits.stop();
  }
}

/** Waits for commits, any number of which count as one. */
function commitsOf(context: Context) {
  const reached: Record<string, number> = {};
  let news = expected();
  const events = context.events('graph', null)[Symbol.asyncIterator]();
  async function listen(): Promise<void> {
    for (;;) {
      const { done, value } = await events.next();
      if (done === true) throw new Error('the events of the graph ended');
      reached[value.entry.cluster] = value.entry.position.version;
      news.resolve();
    }
  }
  listen().catch((error: unknown) => news.reject(error));
  return {
    /** Resolves when the paths show a commit that came since the last call. */
    async next(): Promise<void> {
      await news.promise;
      news = expected();
      await context.pathsReached({ ...reached });
    },
    stop(): void {
      void events.return?.();
    },
  };
}

/** A promise that may fail when nobody waits for it any more. */
function expected(): PromiseWithResolvers<void> {
  const promised = Promise.withResolvers<void>();
  promised.promise.catch(() => undefined);
  return promised;
}

function differenceOf(before: Told, { paths }: PathAnswer): Pick<PathsChanged, 'added' | 'changed' | 'removed'> {
  const now = new Set(paths.map(({ id }) => id));
  return {
    added: paths.filter(({ id }) => !before.has(id)),
    changed: paths.filter(({ id, cost }) => before.has(id) && before.get(id) !== cost),
    removed: [...before.keys()].filter((id) => !now.has(id)),
  };
}

function toldBy({ paths }: PathAnswer): Told {
  return new Map(paths.map(({ id, cost }) => [id, cost]));
}

function writeCursor(told: Told): string {
  const text = JSON.stringify(['paths', ...told]);
  return Buffer.from(text).toString('base64url');
}

function readCursor(cursor: string): Told {
  const parts = parse(cursor);
  const isPart = (part: unknown): part is [string, number] =>
    Array.isArray(part) && part.length === 2 && typeof part[0] === 'string' && Number.isSafeInteger(part[1]);
  if (!Array.isArray(parts) || parts[0] !== 'paths' || parts.length > mostPaths + 1 || !parts.slice(1).every(isPart)) {
    throw badUserInput(
      'The cursor is not one of attackPathChanged: pass `cursor` of an event it sent, or leave `after` out.',
    );
  }
  return new Map(parts.slice(1) as [string, number][]);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}

export const AttackPathEvent: AttackPathEventResolvers = {
  version: ({ answer }, _args, { scope }) => versionText(answer.version, scope),
  truncated: ({ answer }) => answer.truncated,
};
