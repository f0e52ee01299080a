import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, temporaryFolder } from '../testbed/temporary.ts';
import type { StepResult } from './result.ts';
import { runTestFile } from './step.ts';

const folder = temporaryFolder();
after(() => rmSync(folder, { recursive: true, force: true }));

async function outcomes(source: string, seconds = 30): Promise<readonly string[]> {
  return summary(await runSource(source, seconds));
}

function runSource(source: string, seconds: number): Promise<StepResult> {
  const file = join(folder, 'case.mts');
  writeFileSync(file, `import { describe, test } from 'node:test';\n${source}`);
  return runTestFile(file, { seconds });
}

const summary = ({ tests }: StepResult): readonly string[] =>
  tests.map(({ name, outcome, detail }) => `${outcome}: ${name}${outcome === 'skipped' ? ` (${detail})` : ''}`);

test('counts tests with the suites around them, and gives the reasons of skips', async () => {
  const found = await outcomes(`
    describe('suite', () => {
      test('good', () => {});
      test('bad', () => { throw new Error('no'); });
      describe('inner', () => { test('later', { skip: 'not here' }, () => {}); });
    });
    describe('whole', { skip: 'no server' }, () => { test('never', () => {}); });`);
  assert.deepEqual(found, [
    'passed: suite > good',
    'failed: suite > bad',
    'skipped: suite > inner > later (not here)',
    'skipped: whole (no server)',
  ]);
});

test('a file that crashes, ends early or tests nothing has failed', async () => {
  assert.deepEqual(await outcomes("throw new Error('at once');"), ['failed: ended with status 1']);
  assert.deepEqual(await outcomes(''), ['failed: ran no test']);
  const early = "test('good', () => {}); test('ends', () => process.exit(7));";
  assert.equal((await outcomes(early)).at(-1), 'failed: ended with status 7');
});

test('a file that hangs is stopped with what it started', async () => {
  const { tests, output } = await runSource(
    `import { spawn } from 'node:child_process';
     process.on('SIGTERM', () => {});
     test('good', () => {});
     test('hangs', () => new Promise(() => {
       console.log('child ' + spawn('sleep', ['60'], { stdio: 'ignore' }).pid);
       setInterval(() => {}, 1000);
     }));`,
    2,
  );
  assert.equal(tests.at(-1)?.name, 'was stopped after 2 s');
  const child = Number(/child (\d+)/.exec(output)?.[1]);
  assert.ok(child > 0);
  // An orphan that has ended counts as running until the init process takes note, which can take it ten seconds.
  for (let waited = 0; isRunning(child) && waited < 150; waited++) await sleep(100);
  assert.equal(isRunning(child), false);
});
