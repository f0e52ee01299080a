import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../test/testbed/cache.ts';

/**
 * Installs what the benchmarks compare with, as the lockfile beside this file says, into a folder outside of the clone:
 * the product does not depend on it. Returns that folder; one install serves until the lockfile changes.
 */
export function installPeers(): string {
  const lock = readFileSync(join(import.meta.dirname, 'package-lock.json'));
  const folder = cacheFolder(`peers-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  const building = `${folder}.${process.pid}`;
  mkdirSync(building, { recursive: true });
  try {
    for (const name of ['package.json', 'package-lock.json']) {
      copyFileSync(join(import.meta.dirname, name), join(building, name));
    }
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: building, stdio: 'inherit' });
    renameSync(building, folder);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    throw error;
  }
  return folder;
}
