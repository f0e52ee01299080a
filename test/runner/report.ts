import type { StepResult, TestResult } from './result.ts';

/** Prints steps as they end, and in the end what was skipped and the sum. */
export class Report {
  readonly #results: { readonly step: string; readonly test: TestResult }[] = [];

  add(step: StepResult): void {
    for (const test of step.tests) this.#results.push({ step: step.name, test });
    const failures = step.tests.filter(({ outcome }) => outcome === 'failed');
    const mark = failures.length > 0 ? 'FAIL' : 'ok  ';
    console.log(`${mark} ${step.name}: ${sum(step.tests)} (${step.seconds.toFixed(1)} s)`);
    for (const { name, detail } of failures) console.log(indent(`${name}\n${indent(detail)}`));
    if (failures.length > 0 && step.output.trim() !== '') console.log(indent(`it printed:\n${indent(step.output)}`));
  }

  /** Prints skips and the last line; returns the exit status. */
  finish(): 0 | 1 {
    const skipped = this.#results.filter(({ test }) => test.outcome === 'skipped');
    if (skipped.length > 0) console.log('\nNot tested:');
    for (const { step, test } of skipped) console.log(`  ${step}: ${test.name}: ${test.detail}`);
    const tests = this.#results.map(({ test }) => test);
    console.log(
      `\n${count(tests, 'passed')} passed, ${count(tests, 'failed')} failed, ${count(tests, 'skipped')} skipped`,
    );
    return tests.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
  }
}

/** Such as "3 passed, 1 failed". */
function sum(tests: readonly TestResult[]): string {
  return (['passed', 'failed', 'skipped'] as const)
    .filter((outcome) => outcome === 'passed' || count(tests, outcome) > 0)
    .map((outcome) => `${count(tests, outcome)} ${outcome}`)
    .join(', ');
}

function count(tests: readonly TestResult[], outcome: TestResult['outcome']): number {
  return tests.filter((test) => test.outcome === outcome).length;
}

function indent(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, '    ');
}
