import { parseArgs } from 'node:util';
import { ensureSensor, SensorUnavailable } from '../../sensor/build.ts';
import { Report } from '../runner/report.ts';
import { ensureQemu } from './boot.ts';
import { kernels } from './kernels.ts';
import { tryKernel } from './try-kernel.ts';
import { KernelsUnavailable } from './unavailable.ts';

const allTests = ['programs', 'calls', 'processes', 'files', 'network', 'asked', 'pods', 'filters'];
const names = kernels.map(({ name }) => name);
const help = `Runs tests of the sensor (test/sensor) on other kernels of Linux: Debian's, booted in QEMU, over the files of this
machine. It takes root, and a mirror of Debian for the first time (some 100 MB for each kernel).

Usage: npm run test:kernels -- [OPTIONS] [KERNEL ...]

  KERNEL          ${names.join(', ')}; without any, all of them
  --test NAME     a file of test/sensor, without .test.ts; may be repeated
                  (without any: ${allTests.join(', ')})
  --cgroup V      v1 or v2: the version of cgroups that the guest has, alone (default: v2)
  --seconds N     the most that a kernel may take (default: 1200)
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      test: { type: 'string', multiple: true, default: allTests },
      cgroup: { type: 'string', default: 'v2' },
      seconds: { type: 'string', default: '1200' },
    },
  });
  const { test: tests, cgroup } = values;
  const seconds = Number(values.seconds);
  const chosen = positionals.length > 0 ? positionals : names;
  if (values.help || !chosen.every((name) => names.includes(name)) || !isVersion(cgroup) || !(seconds > 0)) {
    console.log(help);
    return values.help ? 0 : 2;
  }
  await ensureQemu(say);
  await ensureSensor(say); // once here, rather than in each guest
  const report = new Report();
  for (const kernel of kernels.filter(({ name }) => chosen.includes(name)))
    await tryKernel(kernel, { tests, cgroup, seconds }, (step) => report.add(step), say);
  return report.finish();
}

const isVersion = (text: string): text is 'v1' | 'v2' => text === 'v1' || text === 'v2';

const say = (line: string): void => console.error(line);

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof KernelsUnavailable || error instanceof SensorUnavailable)) throw error;
  say(`kernels: ${error.message}`);
  return 3;
});
