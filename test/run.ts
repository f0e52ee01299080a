import { check, generate } from './runner/check.ts';
import { isFast, testFiles } from './runner/files.ts';
import { Report } from './runner/report.ts';
import { runTestFiles } from './runner/run-files.ts';
import { startSharedTestbed, testbedIsReady } from './runner/testbed.ts';

// `npm test`: everything. `npm test -- PATTERN`: the test files whose path contains PATTERN.
const fileLimitSeconds = 8 * 60;
const totalLimitSeconds = 60 * 60;
const concurrency = 2;

const [pattern] = process.argv.slice(2);
const files = testFiles().filter((file) => (pattern === undefined ? !isFast(file) : file.includes(pattern)));
const needsTestbed = files.some((file) => !isFast(file));
const startedAt = performance.now();
const report = new Report();

// Starting takes seconds and may go on beside the checks; building would take both cores for minutes.
const early = needsTestbed && testbedIsReady() ? startSharedTestbed(report) : undefined;
if (pattern === undefined) await check(report);
else await generate(report);
const testbed = await (early ?? (needsTestbed ? startSharedTestbed(report) : undefined));

await runTestFiles(files, report, concurrency, () => {
  const left = totalLimitSeconds - (performance.now() - startedAt) / 1000;
  return {
    seconds: Math.max(1, Math.min(fileLimitSeconds, left)),
    ...(testbed && { environment: testbed.environment }),
  };
});
await testbed?.stop();
process.exitCode = report.finish();
