import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { random, seeds } from '../../../test/property/random.ts';
import { merge } from './merge.ts';
import { pause } from './timing.ts';

test('every value comes once, and those of a stream in its order', async () => {
  for (const seed of seeds(50)) {
    const source = random(seed);
    const lengths = Array.from({ length: source.integer(5) }, () => source.integer(20));
    const streams = lengths.map(async function* (length, stream) {
      for (let value = 0; value < length; value += 1) {
        if (source.chance(0.3)) await turn();
        yield [stream, value] as const;
      }
    });
    const seen = lengths.map((): number[] => []);
    for await (const [stream, value] of merge(streams, new AbortController())) {
      seen[stream]?.push(value);
      if (source.chance(0.2)) await turn();
    }
    assert.deepEqual(
      seen,
      lengths.map((length) => Array.from({ length }, (_, value) => value)),
      `seed ${seed}`,
    );
  }
});

test('a stream is not asked for more before its last value was taken', async () => {
  let made = 0;
  async function* eager(): AsyncGenerator<number> {
    for (;;) yield made++;
  }
  for await (const value of merge([eager()], new AbortController())) {
    await turn();
    assert.ok(made - value <= 1);
    if (value === 10) break;
  }
});

test('leaving early, also while others are silent, ends every stream', async () => {
  const stop = new AbortController();
  let ended = 0;
  // biome-ignore lint/correctness/useYield: it never says anything
  async function* silent(): AsyncGenerator<number> {
    try {
      await pause(60_000, stop.signal);
    } finally {
      ended += 1;
    }
  }
  async function* talking(): AsyncGenerator<number> {
    try {
      for (;;) yield 1;
    } finally {
      ended += 1;
    }
  }
  for await (const _ of merge([silent(), talking(), talking()], stop)) break;
  assert.equal(ended, 3);
});

test('the failure of one is the failure of all', async () => {
  const stop = new AbortController();
  async function* failing(): AsyncGenerator<number> {
    yield 1;
    throw new Error('broken');
  }
  // biome-ignore lint/correctness/useYield: it never says anything
  async function* silent(): AsyncGenerator<number> {
    await pause(60_000, stop.signal);
  }
  await assert.rejects(async () => {
    for await (const _ of merge([silent(), failing()], stop));
  }, /broken/);
});
