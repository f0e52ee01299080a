import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined } from './joined.ts';

test('who asks meanwhile shares the next reading, which begins after he asked; a failure is of its own reading', async () => {
  const readings: PromiseWithResolvers<number>[] = [];
  const read = joined(() => {
    const reading = Promise.withResolvers<number>();
    readings.push(reading);
    return reading.promise;
  });
  const first = read('a');
  const [second, third] = [read('a'), read('a')];
  assert.equal(readings.length, 1);
  readings[0]?.reject(new Error('lost'));
  await assert.rejects(first, /lost/);
  await Promise.resolve();
  assert.equal(readings.length, 2);
  const fourth = read('a');
  readings[1]?.resolve(2);
  assert.deepEqual(await Promise.all([second, third]), [2, 2]);
  readings[2]?.resolve(3);
  assert.equal(await fourth, 3);
  void read('a');
  void read('b');
  assert.equal(readings.length, 5, 'nothing is kept, and keys are apart');
});
