import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess } from '../testbed/process.ts';
import { temporaryFolder } from '../testbed/temporary.ts';
import { root } from './files.ts';
import type { StepResult, TestResult } from './result.ts';

export interface Limits {
  /** A step that takes longer is killed, and has failed. */
  readonly seconds: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a TypeScript test file in a process of its own. */
export function runTestFile(file: string, limits: Limits): Promise<StepResult> {
  return run(file, limits, (folder) => {
    const results = join(folder, 'results');
    const reporter = fileURLToPath(new URL('reporter.ts', import.meta.url));
    return {
      command: [...node, `--test-reporter=${reporter}`, `--test-reporter-destination=${results}`, resolve(root, file)],
      tests: () => lines(results).map((line) => JSON.parse(line) as TestResult),
    };
  });
}

/** Runs a TypeScript or JavaScript file that passes or fails as a whole. */
export function runCommand(name: string, command: readonly string[], limits: Limits): Promise<StepResult> {
  return run(name, limits, () => ({
    command: [...node, ...command],
    tests: () => [{ name, outcome: 'passed', detail: '' }],
  }));
}

const node = [process.execPath, '--disable-warning=ExperimentalWarning'];

interface Task {
  readonly command: readonly string[];
  /** What it says of its tests, once it has ended. */
  tests(): readonly TestResult[];
}

async function run(name: string, limits: Limits, task: (folder: string) => Task): Promise<StepResult> {
  const folder = temporaryFolder();
  try {
    const { command, tests } = task(folder);
    const startedAt = performance.now();
    const child = await startProcess(name, command, join(folder, 'output'), {
      ...limits.environment,
      NO_COLOR: '1',
      NODE_TEST_CONTEXT: '', // else a runner that runs inside a test would not be heard
    });
    let timedOut = false;
    const limit = setTimeout(() => {
      timedOut = true;
      void child.stop();
    }, limits.seconds * 1000);
    const status = await child.wait();
    clearTimeout(limit);
    const results = tests();
    const problem = timedOut
      ? `was stopped after ${limits.seconds} s`
      : status !== 0 && !results.some(({ outcome }) => outcome === 'failed')
        ? `ended with status ${status}`
        : results.length === 0
          ? 'ran no test'
          : undefined;
    return {
      name,
      seconds: (performance.now() - startedAt) / 1000,
      // A step without tests of its own passes or fails as one.
      tests: problem === undefined ? results : [...results.filter((result) => result.name !== name), failure(problem)],
      output: readFileSync(child.log, 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const failure = (problem: string): TestResult => ({ name: problem, outcome: 'failed', detail: '' });

function lines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1); // the last is empty, or was cut short by a kill
  } catch {
    return []; // it ended before its first test
  }
}
