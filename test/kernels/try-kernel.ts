import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StepResult } from '../runner/result.ts';
import { temporaryFolder } from '../testbed/temporary.ts';
import { boot, type Guest } from './boot.ts';
import { busybox, type Kernel } from './kernels.ts';
import { unpacked } from './packages.ts';

export interface Trial {
  /** Of test/sensor, without `.test.ts`. */
  readonly tests: readonly string[];
  readonly cgroup: Guest['cgroup'];
  /** The most that it may take. */
  readonly seconds: number;
}

/**
 * Boots a kernel and runs tests there, one file after the other. `tell` hears of each as it ends, and last of the boot, whose
 * output is what the kernel wrote. Rejects with KernelsUnavailable where it cannot be had.
 */
export async function tryKernel(
  { name, packages }: Kernel,
  { tests, cgroup, seconds }: Trial,
  tell: (step: StepResult) => void,
  say: (line: string) => void,
): Promise<void> {
  const kernel = await unpacked(packages, say);
  const shell = join(await unpacked([busybox], say), 'bin/busybox');
  const files = tests.map((test) => `test/sensor/${test}.test.ts`);
  const folder = temporaryFolder();
  const startedAt = performance.now();
  let told = 0;
  try {
    const guest = { kernel, busybox: shell, cgroup };
    const command = [process.execPath, 'test/kernels/inside.ts', ...files];
    const ended = await boot(folder, guest, command, seconds, (line) => {
      const step = JSON.parse(line) as StepResult;
      tell({ ...step, name: `Linux ${name}: ${step.name}` });
      told++;
    });
    const unheard = told < files.length ? `${files.length - told} of the test files were not heard of` : undefined;
    const problem = ended.problem ?? unheard;
    tell({
      name: `Linux ${name}`,
      seconds: (performance.now() - startedAt) / 1000,
      tests: [{ name: problem ?? 'boots', outcome: problem === undefined ? 'passed' : 'failed', detail: '' }],
      output: ended.console,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
