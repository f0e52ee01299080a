import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random, seeds } from '../../test/property/random.ts';
import { type PollTiming, pollTiming, rounds, timeWindow, type WindowCursor } from './window.ts';

const timing: PollTiming = { poll: 7, late: 100, lookBack: 50, before: 0 };

test('whatever is late or asked again, and over restarts, each record that comes in time is taken once', () => {
  for (const seed of seeds(50)) {
    const from = random(seed);
    const records = Array.from({ length: 300 }, (_, index) => {
      const time = 1_000 + from.integer(2_000);
      return { id: `record ${index}`, time, shownAt: time + (from.chance(0.7) ? from.integer(5) : from.integer(101)) };
    }).sort((a, b) => a.time - b.time);
    let cursor: WindowCursor = { newest: 1_000, taken: '' };
    let window = timeWindow(cursor, timing);
    let lookedBackAt = Number.NEGATIVE_INFINITY;
    const taken: string[] = [];
    for (let now = 1_000; now < 3_400; now += timing.poll) {
      if (from.chance(0.05)) {
        now += from.integer(300); // nobody reads for a while
        window = timeWindow(cursor, timing);
        lookedBackAt = Number.NEGATIVE_INFINITY;
      }
      const looksBack = now - lookedBackAt >= timing.lookBack;
      if (looksBack) lookedBackAt = now;
      const since = window.since(looksBack);
      const shown = records.filter(({ time, shownAt }) => time >= since && shownAt <= now);
      const fresh = shown.filter(({ id, time }) => window.take(id, time));
      taken.push(...fresh.map(({ id }) => id));
      if (fresh.length > 0) cursor = JSON.parse(JSON.stringify(window.cursor())) as WindowCursor;
      assert.ok(since >= 1_000, `seed ${seed}`);
    }
    assert.deepEqual(taken.sort(), records.map(({ id }) => id).sort(), `seed ${seed}`);
  }
});

test('what is older than the window is forgotten', () => {
  const window = timeWindow({ newest: 0, taken: '' }, timing);
  for (let time = 0; time <= 1_000; time++) window.take(`record ${time}`, time);
  assert.equal(window.cursor().taken.length, 8 * 158);
});

test('what comes late is taken, and told of where others as late may be missed', () => {
  const window = timeWindow({ newest: 0, taken: '' }, timing);
  assert.ok(window.take('a', 1_000));
  assert.ok(window.take('late', 900));
  assert.ok(!window.take('late', 900));
  assert.deepEqual(window.tooLate('here').problems, []);
  const slow = timeWindow({ newest: 0, taken: '' }, pollTiming(5_000, 180_000));
  slow.take('a', 1_000_000);
  slow.take('later than that', 800_000);
  assert.deepEqual(slow.tooLate('here').problems, [
    {
      place: 'here',
      message:
        'an event came 200 s after newer ones; those that are later than 180 s may be missed: raise --audit-lateness',
    },
  ]);
  assert.deepEqual(slow.tooLate('here').problems, []);
});

test('with a longer window than before a restart, nothing that was taken comes again', () => {
  const before = timeWindow({ newest: 0, taken: '' }, timing);
  for (let time = 0; time <= 1_000; time += 10) before.take(`record ${time}`, time);
  const after = timeWindow(before.cursor(), { ...timing, late: 900 });
  const again = Array.from({ length: 101 }, (_, index) => index * 10).filter((time) => time >= after.since(true));
  assert.ok(again.length > 10);
  assert.deepEqual(
    again.filter((time) => after.take(`record ${time}`, time)),
    [],
  );
});

test('a record of the future does not let the present be passed over', () => {
  const window = timeWindow({ newest: 0, taken: '' }, timing);
  const now = Date.now();
  assert.ok(window.take('future', now + 3_600_000));
  assert.ok(window.since(false) <= Date.now());
  assert.ok(!window.take('future', now + 3_600_000));
});

test('now and then it is asked for what came late', async () => {
  const stop = new AbortController();
  const asked: number[] = [];
  const window = timeWindow({ newest: 1_000, taken: '', since: 0 }, { poll: 5, late: 100, lookBack: 40, before: 0 });
  for await (const { since, looksBack } of rounds(
    window,
    { poll: 5, late: 100, lookBack: 40, before: 0 },
    stop.signal,
  )) {
    assert.equal(since, looksBack ? 855 : 1_000);
    asked.push(since);
    if (asked.length === 30) stop.abort();
  }
  assert.equal(asked[0], 855);
  assert.ok(asked.filter((since) => since === 855).length >= 3);
  assert.ok(asked.includes(1_000));
});
