import type { Report } from './report.ts';
import { type Limits, runTestFile } from './step.ts';

/** Runs test files, `concurrency` at a time, and reports each as it ends. */
export async function runTestFiles(
  files: readonly string[],
  report: Report,
  concurrency: number,
  limits: () => Limits,
): Promise<void> {
  const waiting = files.values();
  const worker = async (): Promise<void> => {
    for (const file of waiting) report.add(await runTestFile(file, limits()));
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
