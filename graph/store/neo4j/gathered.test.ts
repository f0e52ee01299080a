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
  const two = [ask('key', ['d'], read), ask('key', ['a'], read)];
  await turn();
  assert.deepEqual(begun[2], ['d', 'a'], 'a second reading begins while the first is under way, for all of a turn');
  const later = [ask('key', ['e'], read), ask('key', ['f'], read)];
  await turn();
  assert.equal(begun.length, 3, 'a third waits');
  for (const end of ends.slice(0, 2)) end.resolve();
  const order = await Promise.all([...ab, other].map((answer) => answer.then((found) => [found, begun.length])));
  assert.deepEqual(
    order,
    [
      [['a1', 'b1'], 4],
      [['c1'], 4],
      [['a2'], 4],
    ],
    'each gets his own; the next reading has begun',
  );
  assert.deepEqual(begun[3], ['e', 'f'], 'nobody is answered by a reading begun before he asked');
  for (const end of ends) end.resolve();
  assert.deepEqual(await Promise.all([...two, ...later]), [['d3'], ['a3'], ['e4'], ['f4']]);
});

test('a failure is of its own reading; one reading takes no more than so many ids, yet all of one call', async () => {
  const ask = gathered<string>();
  const failing = ask('key', ['a'], async () => {
    throw new Error('lost');
  });
  await assert.rejects(failing, /lost/);
  await turn();
  const { begun, ends, read } = readings();
  const many = Array.from({ length: 20 }, (_, i) => `${i}`);
  const answers = [ask('key', many, read), ask('key', ['x'], read), ask('key', many.slice(0, 15), read)];
  await turn();
  assert.deepEqual(begun, [many, ['x', ...many.slice(0, 15)]]);
  for (const end of ends) end.resolve();
  assert.deepEqual(
    (await Promise.all(answers)).map(({ length }) => length),
    [20, 1, 15],
  );
});
