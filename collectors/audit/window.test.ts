import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random, seeds } from '../../test/property/random.ts';
import { rounds, timeWindow } from './window.ts';

test('whatever is asked again, and over restarts, each record of the window is taken once', () => {
  for (const seed of seeds(50)) {
    const from = random(seed);
    const late = 100;
    const records = Array.from({ length: 200 }, (_, index) => ({ id: `record ${index}`, time: 1_000 + index * 3 }));
    let window = timeWindow({ newest: 1_000, taken: '' }, late);
    const taken: string[] = [];
    for (let end = 0; end < records.length; ) {
      end = Math.min(records.length, end + from.integer(20));
      const start = window.newest - (from.integer(2) === 0 ? late : 0);
      for (const { id, time } of records.slice(0, end)) if (time >= start && window.take(id, time)) taken.push(id);
      if (from.integer(3) === 0) window = timeWindow(JSON.parse(JSON.stringify(window.cursor())), late);
      else window.cursor();
    }
    assert.deepEqual(
      taken,
      records.map(({ id }) => id),
      `seed ${seed}`,
    );
  }
});

test('what is older than the window is forgotten', () => {
  const window = timeWindow({ newest: 0, taken: '' }, 100);
  for (let time = 0; time <= 1_000; time++) window.take(`record ${time}`, time);
  assert.equal(window.cursor().taken.length, 8 * 101);
});

test('what comes late is taken, as long as the window is', () => {
  const window = timeWindow({ newest: 0, taken: '' }, 100);
  assert.ok(window.take('a', 1_000));
  assert.ok(window.take('late', 950));
  assert.ok(!window.take('late', 950));
  assert.equal(window.newest, 1_000);
});

test('a record of the future does not let the present be passed over', () => {
  const window = timeWindow({ newest: 0, taken: '' }, 100);
  const now = Date.now();
  assert.ok(window.take('future', now + 3_600_000));
  assert.ok(window.newest <= Date.now());
  assert.ok(!window.take('future', now + 3_600_000));
});

test('now and then it is asked for what came late', async () => {
  const stop = new AbortController();
  const asked: number[] = [];
  for await (const since of rounds({ newest: 1_000 }, { poll: 5, late: 100, lookBack: 40, before: 0 }, stop.signal)) {
    asked.push(since);
    if (asked.length === 30) stop.abort();
  }
  assert.equal(asked[0], 900);
  assert.equal(asked[1], 1_000);
  assert.ok(asked.filter((since) => since === 900).length >= 3);
});
