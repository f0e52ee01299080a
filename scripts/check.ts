import { check } from '../test/runner/check.ts';
import { Report } from '../test/runner/report.ts';

// `npm run check`: what to run before every commit.
const report = new Report();
await check(report);
process.exitCode = report.finish();
