import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gathered } from './gathered.ts';

/** Readings that answer when they are told to: each id with the number of its reading. */
function readings() {
  const begun: (readonly string[])[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const read = async (ids: readonly string[]): Promise<readonly string[]> => {
    const number = begun.push(ids);
    const end = Promise.withResolvers<void>();
    ends.push(end);
    await end.promise;
    return ids.map((id) => `${id}${number}`);
  };
  return { begun, ends, read };
}

test('who asks in one turn is answered by one reading, who asks while two are under way by the next', async () => {
  const { begun, ends, read } = readings();
  const ask = gathered<string>();
  const ab = [ask('key', ['a', 'b'], read), ask('key', ['c'], read)];
  await turn();
  assert.deepEqual(begun, [['a', 'b', 'c']]);
  const other = ask('another key', ['a'], read);
  await turn();
  assert.deepEqual(begun[1], ['a'], 'keys are apart');
  const d = ask('key', ['d'], read);
  const later = [ask('key', ['e'], read), ask('key', ['a'], read)];
  await turn();
  ends[1]?.resolve();
  assert.deepEqual(await other, ['a2']);
  ends[0]?.resolve();
  assert.deepEqual(await Promise.all(ab), [['a1', 'b1'], ['c1']], 'each gets his own, in his order');
  await turn();
  for (const end of ends) end.resolve();
  await turn();
  for (const end of ends) end.resolve();
  assert.equal((await Promise.all([d, ...later])).flat().length, 3);
  assert.deepEqual(begun.slice(2).flat(), ['d', 'e', 'a'], 'nobody is answered by a reading begun before he asked');
});

test('a failure is of its own reading; one reading takes no more than so many ids, yet all of one call', async () => {
  const ask = gathered<string>();
  const failing = ask('key', ['a'], async () => {
    throw new Error('lost');
  });
  await assert.rejects(failing, /lost/);
  await turn();
  const { begun, ends, read } = readings();
  const many = Array.from({ length: 40 }, (_, i) => `${i}`);
  const answers = [ask('key', many, read), ask('key', ['x'], read), ask('key', many.slice(0, 31), read)];
  await turn();
  assert.deepEqual(begun, [many, ['x', ...many.slice(0, 31)]]);
  for (const end of ends) end.resolve();
  assert.deepEqual(
    (await Promise.all(answers)).map(({ length }) => length),
    [40, 1, 31],
  );
});
