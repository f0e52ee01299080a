import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type Channel,
  cursorExpired,
  type EventEntry,
  type EventLog,
  type Position,
  type Positions,
} from '../../events/port.ts';
import { beginning, comparePositions } from '../../events/position.ts';
import { openTail } from '../../events/tail.ts';
import type { AlertEvent } from '../../graph/records/alerts/alert.ts';
import { newAlert } from '../contract/alerts.ts';
import { freshTenant, type Opened, pod, type Writing, write } from '../contract/context.ts';
import { type Random, random, seeds } from '../property/random.ts';

export interface OpenedLog extends Opened {
  readonly log: EventLog;
  /** A log that copies another may still have what that one has dropped. */
  readonly copies?: true;
}

export const clusters = ['alpha', 'beta', 'gamma'];
const at = '2026-05-01T12:00:00.000Z';

/** What a test commits, and what a log must then hold, in order within each cluster. */
export interface Committer {
  readonly tenant: string;
  readonly expected: { readonly alerts: EventEntry[]; readonly graph: EventEntry[] };
  alerts(cluster: string, keys: readonly string[]): Promise<void>;
  graph(cluster: string, name: string): Promise<void>;
  random(draw: Random): Promise<void>;
}

export function committer(opened: Opened, tenant = freshTenant()): Committer {
  const versions = new Map<string, number>();
  const writers = new Map<string, Promise<Writing>>();
  const expected = { alerts: [] as EventEntry[], graph: [] as EventEntry[] };
  let count = 0;
  const self: Committer = {
    tenant,
    expected,
    async alerts(cluster, keys) {
      const events = await opened.alerts.raise(
        tenant,
        cluster,
        keys.map((key) => newAlert({ key })),
        at,
      );
      const version = (versions.get(cluster) ?? 0) + 1;
      versions.set(cluster, version);
      events.forEach((event: AlertEvent, sequence) => {
        expected.alerts.push({ cluster, position: { version, sequence }, at, body: JSON.stringify(event) });
      });
    },
    async graph(cluster, name) {
      const writing = writers.get(cluster) ?? write(opened, tenant, cluster);
      writers.set(cluster, writing);
      const node = pod(name, { cluster });
      const version = await (await writing).commit({ nodes: [node] });
      const body = JSON.stringify({ version, changed: [node.id], removed: [], edges: [] });
      const position = { version, sequence: Number.MAX_SAFE_INTEGER };
      expected.graph.push({ cluster, position, at: '2026-01-01T00:00:00.000Z', body });
    },
    async random(draw) {
      const cluster = draw.pick(clusters);
      if (draw.chance(0.5)) await self.graph(cluster, `pod-${++count}`);
      else
        await self.alerts(
          cluster,
          Array.from({ length: 1 + draw.integer(4) }, () => `key ${draw.integer(20)}`),
        );
    },
  };
  return self;
}

/** Reads a channel until so many entries have come. */
export async function take(
  log: EventLog,
  channel: Channel,
  from: Positions,
  count: number,
  ms = 10_000,
): Promise<EventEntry[]> {
  const found: EventEntry[] = [];
  const enough = new AbortController();
  if (count === 0) return found;
  for await (const entry of log.follow(channel, from, AbortSignal.any([enough.signal, AbortSignal.timeout(ms)]))) {
    found.push(entry);
    if (found.length === count) break;
  }
  enough.abort();
  assert.equal(found.length, count, `${found.length} of ${count} entries came in time`);
  return found;
}

export const of = (cluster: string, entries: readonly EventEntry[]) =>
  entries.filter((entry) => entry.cluster === cluster);

/** Asserts that two lists hold the same, in the same order within each cluster. */
export function sameByCluster(found: readonly EventEntry[], wanted: readonly EventEntry[], place = ''): void {
  assert.equal(found.length, wanted.length, place);
  for (const cluster of clusters) assert.deepEqual(of(cluster, found), of(cluster, wanted), place);
}

/** What follows some positions. */
export function following(entries: readonly EventEntry[], from: Positions): readonly EventEntry[] {
  return entries.filter(({ cluster, position }) => comparePositions(position, from[cluster] ?? beginning) > 0);
}

/** What every event log must do. */
export function eventLogContract(name: string, open: () => Promise<OpenedLog>, histories = 3): void {
  describe(`${name} keeps the contract of the event log`, () => {
    let opened: OpenedLog;
    before(async () => {
      opened = await open();
    });
    after(() => opened.close());

    for (const seed of seeds(histories)) {
      test(`from any position on, each entry comes once and in order (seed ${seed})`, async () => {
        const draw = random(seed);
        const commits = committer(opened);
        for (let i = 0; i < 40; i++) await commits.random(draw);
        for (const topic of ['alerts', 'graph'] as const) {
          const all = commits.expected[topic];
          const channel = { tenant: commits.tenant, topic };
          for (let i = 0; i < 5; i++) {
            const from: Record<string, Position> = {};
            for (const cluster of draw.sample(clusters, 3)) {
              const own = of(cluster, all);
              if (own.length > 0) from[cluster] = draw.pick(own).position;
            }
            const wanted = following(all, from);
            sameByCluster(await take(opened.log, channel, from, wanted.length), wanted, `seed ${seed}`);
          }
        }
      });
    }

    test('what is committed while it is followed comes, too, and only that of its channel', async () => {
      const commits = committer(opened);
      const other = committer(opened);
      const channel = { tenant: commits.tenant, topic: 'alerts' } as const;
      await commits.alerts('alpha', ['a']);
      const from = await opened.log.reached(channel);
      const coming = take(opened.log, channel, from, 4);
      await other.alerts('alpha', ['x']);
      await commits.graph('alpha', 'pod');
      await commits.alerts('beta', ['b', 'c']);
      await commits.alerts('alpha', ['a']);
      await commits.alerts('gamma', ['d']);
      sameByCluster(await coming, commits.expected.alerts.slice(1));
    });

    test('what is gone is said to be gone, and so is what never was', async () => {
      const commits = committer(opened);
      const channel = { tenant: commits.tenant, topic: 'alerts' } as const;
      await commits.alerts('alpha', ['a']);
      await commits.alerts('alpha', ['b']);
      const [first] = commits.expected.alerts as [EventEntry];
      await assert.rejects(take(opened.log, channel, { alpha: { version: 3, sequence: 0 } }, 1), {
        code: cursorExpired().code,
      });
      await opened.alerts.prune(commits.tenant, new Date('2026-05-01T12:00:01.000Z'));
      await commits.alerts('alpha', ['c']);
      if (opened.copies && !(await forgotten(opened, commits.tenant))) return;
      await assert.rejects(take(opened.log, channel, { alpha: first.position }, 1), { code: cursorExpired().code });
    });

    test('readers of a tail get the same, however far behind they are and however little it keeps', async () => {
      const draw = random(7);
      const commits = committer(opened);
      const channel = { tenant: commits.tenant, topic: 'alerts' } as const;
      await commits.alerts('alpha', ['before']);
      const tail = await openTail(opened.log, channel, { entries: 4 });
      try {
        const stop = new AbortController();
        const reading = [0, 1, 2, 3].map(async (reader) => {
          const found: EventEntry[] = [];
          const sees = (cluster: string) => reader !== 3 || cluster === 'beta';
          const from = reader === 1 ? {} : null;
          let places = -1;
          for await (const { entry, positions, place } of tail.follow(from, sees, stop.signal)) {
            assert.deepEqual(positions.get(entry.cluster), entry.position);
            if (place !== null) assert.ok(place > places, 'places grow');
            places = place ?? places;
            found.push(entry);
            if (reader === 2) await new Promise((resolve) => setTimeout(resolve, draw.integer(4)));
            if (entry.body.includes('"key":"end"')) break;
          }
          return found;
        });
        await new Promise((resolve) => setTimeout(resolve, 50));
        for (let i = 0; i < 60; i++)
          await commits.alerts(draw.pick(clusters), ['a', 'b', 'c'].slice(0, 1 + draw.integer(3)));
        await commits.alerts('beta', ['end']);
        const ended = setTimeout(() => stop.abort(), 10_000);
        const [present, everything, slow, beta] = (await Promise.all(reading)) as [
          EventEntry[],
          EventEntry[],
          EventEntry[],
          EventEntry[],
        ];
        clearTimeout(ended);
        const all = commits.expected.alerts;
        // The last of one cluster may come before the last of another.
        const upTo = (found: readonly EventEntry[], wanted: readonly EventEntry[]) => {
          for (const cluster of clusters)
            assert.deepEqual(of(cluster, found), of(cluster, wanted).slice(0, of(cluster, found).length));
          assert.deepEqual(of('beta', found), of('beta', wanted));
        };
        upTo(everything, all);
        upTo(present, all.slice(1));
        upTo(slow, all.slice(1));
        assert.deepEqual(beta, of('beta', all));
      } finally {
        await tail.close();
      }
    });
  });
}

/** Whether a log that copies drops what its source has, which it does only if it was behind. */
async function forgotten({ log }: OpenedLog, tenant: string): Promise<boolean> {
  const channel = { tenant, topic: 'alerts' } as const;
  for (let i = 0; i < 20; i++) {
    const outcome = await take(log, channel, {}, 1, 1_000).then(
      () => 'there',
      (error: { code?: string }) => error.code,
    );
    if (outcome === 'CURSOR_EXPIRED') return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}
