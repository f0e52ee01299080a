import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootClock } from './clock.ts';

test('a moment since boot is a time of day, to the nanosecond', () => {
  const clock = bootClock();
  // 2026-01-02T03:04:05.999999999Z at 10.000000001 s after boot.
  clock.set(10_000_000_001n, 1_767_323_045_999_999_999n);
  assert.equal(clock.text(10_000_000_001), '2026-01-02T03:04:05.999999999Z');
  assert.equal(clock.text(10_000_000_002), '2026-01-02T03:04:06.000000000Z');
  assert.equal(clock.text(9_000_000_002), '2026-01-02T03:04:05.000000000Z');
  assert.equal(clock.text(3_600_000_000_000), '2026-01-02T04:03:55.999999998Z');
  clock.set(0n, 0n);
  assert.equal(clock.text(1), '1970-01-01T00:00:00.000000001Z');
});
