import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../cache.ts';
import { TestbedUnavailable } from '../kubernetes/unavailable.ts';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
const advice = 'install Python 3.10 or later with venv and pip, and try again';

/**
 * The Python that has moto, which stands in for AWS: from the cache, or fetched into it by pip (140 MB, most of it botocore's
 * descriptions of AWS). Of moto's own requirements only those are fetched that CloudWatch Logs needs.
 * Rejects with TestbedUnavailable where it cannot be had.
 */
export async function ensureMoto(say: (line: string) => void = console.error): Promise<string> {
  const version = /^moto==(.+)$/m.exec(readFileSync(requirements, 'utf8'))?.[1];
  const folder = cacheFolder(`moto-${version}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  say('testbed: fetching moto with pip (once, 140 MB) ...');
  const unfinished = `${folder}.${process.pid}`;
  const run = (command: string, ...args: readonly string[]) =>
    promisify(execFile)(command, [...args], { timeout: 5 * 60_000 });
  try {
    mkdirSync(dirname(folder), { recursive: true });
    await run('python3', '-m', 'venv', unfinished);
    await run(join(unfinished, 'bin', 'python'), '-m', 'pip', 'install', '-q', '--no-deps', '-r', requirements);
    if (!existsSync(folder)) renameSync(unfinished, folder);
    return python;
  } catch (error) {
    if (existsSync(python)) return python; // another was faster
    throw new TestbedUnavailable(`pip could not fetch moto (${String(error).split('\n')[0]}); ${advice}`);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
