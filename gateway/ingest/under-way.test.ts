import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from '../errors.ts';
import { underWay } from './under-way.ts';

const toCome = (error: unknown) => error instanceof RequestError && error.status === 429 && error.retryAfter === 1;

test('so many requests are under way at a time, and what has ended counts no more, failed or not', async () => {
  const load = underWay('batches', { requests: 2, bytes: 10 });
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const answers = [first, second].map(({ promise }) => load.run(() => promise));
  await assert.rejects(load.admit(), toCome);
  first.resolve('done');
  assert.equal(await answers[0], 'done');
  await load.admit();
  second.reject(new Error('failed'));
  await assert.rejects(answers[1] as Promise<string>, /failed/);
  await load.admit();
});

test('so many bytes are under way at a time', async () => {
  const load = underWay('batches', { requests: 9, bytes: 10 });
  const all = Promise.withResolvers<void>();
  const full = load.run(async (holds) => {
    holds(6);
    holds(4);
    await all.promise;
  });
  await assert.rejects(load.admit(), toCome);
  await assert.rejects(
    load.run(async (holds) => holds(1)),
    toCome,
  );
  all.resolve();
  await full;
  await load.run(async (holds) => holds(10));
});
