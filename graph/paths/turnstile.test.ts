import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turnstile } from './turnstile.ts';

test('one at a time, in order; a task that was given up while it waited is never begun', async () => {
  const turnstile = new Turnstile(10);
  const begun: string[] = [];
  const first = Promise.withResolvers<void>();
  const abort = new AbortController();
  const task =
    (name: string, until: Promise<void> = Promise.resolve()) =>
    async (): Promise<string> => {
      begun.push(name);
      await until;
      return name;
    };
  turnstile.open();
  const running = turnstile.pass(task('running', first.promise), abort.signal);
  const givenUp = turnstile.pass(task('given up'), abort.signal);
  const patient = turnstile.pass(task('patient'));
  abort.abort(new Error('the caller has gone'));
  first.resolve();
  assert.equal(await running, 'running');
  await assert.rejects(givenUp, /the caller has gone/);
  assert.equal(await patient, 'patient');
  assert.deepEqual(begun, ['running', 'patient']);
});
