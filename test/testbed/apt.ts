import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { TestbedUnavailable } from './kubernetes/unavailable.ts';

export interface Missing {
  /** Debian's names. */
  readonly packages: readonly string[];
  /** What they bring, and for whom: `Neo4j takes Java`. */
  readonly what: string;
  /** What a person may do instead. */
  readonly advice: string;
}

/** Installs packages where that can be done: on Debian, as root. Rejects with TestbedUnavailable where it cannot. */
export async function installWithApt({ packages, what, advice }: Missing, say: (line: string) => void): Promise<void> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new TestbedUnavailable(`${what}, which is not there; ${advice}`);
  }
  say(`testbed: installing with apt: ${packages.join(' ')} ...`);
  try {
    await apt('update', '-qq');
    await apt('install', '-qq', '-y', '--no-install-recommends', ...packages);
  } catch (error) {
    const reason = String((error as Error).message)
      .trim()
      .split('\n')
      .slice(-3)
      .join(' ');
    throw new TestbedUnavailable(`${what}, which apt could not install (${reason}); ${advice}`);
  }
}

/** Two test files may install at the same moment: the second waits. */
async function apt(...args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await promisify(execFile)('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { env, timeout: 600_000 });
}
