import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isFast, root, testFiles } from './files.ts';
import type { Report } from './report.ts';
import { runTestFiles } from './run-files.ts';
import { runCommand } from './step.ts';

const limits = { seconds: 60 };

/** What needs no server: types, format and lint, and the fast tests. */
export async function check(report: Report): Promise<void> {
  await generate(report);
  await Promise.all([
    step(report, 'types', ['node_modules/typescript/bin/tsc', '--noEmit', '-p', root]),
    step(report, 'format and lint', ['node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off', root]),
    runTestFiles(testFiles().filter(isFast), report, availableParallelism(), () => limits),
  ]);
}

/** Writes what the sources are generated into; everything else needs it. */
export async function generate(report: Report): Promise<void> {
  if (existsSync(join(root, 'scripts/codegen.ts'))) await step(report, 'generated types', ['scripts/codegen.ts']);
}

async function step(report: Report, name: string, [script = '', ...args]: readonly string[]): Promise<void> {
  report.add(await runCommand(name, [join(root, script), ...args], limits));
}
