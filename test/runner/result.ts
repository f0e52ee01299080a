/** What became of one test. */
export interface TestResult {
  /** With the names of the suites around it. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** The error of a failure, the reason of a skip. */
  readonly detail: string;
}

/** What became of a step: a test file, the type check, the linter. */
export interface StepResult {
  readonly name: string;
  readonly seconds: number;
  readonly tests: readonly TestResult[];
  /** All that it printed; shown when something failed. */
  readonly output: string;
}
