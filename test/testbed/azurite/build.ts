import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../cache.ts';
import { TestbedUnavailable } from '../kubernetes/unavailable.ts';

const recipe = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * The server of Azurite, which stands in for Azure's blob storage: from the cache, or fetched into it by npm (190 MB) as its
 * own lockfile pins it. Rejects with TestbedUnavailable where it cannot be had.
 */
export async function ensureAzurite(say: (line: string) => void = console.error): Promise<string> {
  const { dependencies } = JSON.parse(readFileSync(recipe('package.json'), 'utf8')) as {
    readonly dependencies: { readonly azurite: string };
  };
  const folder = cacheFolder(`azurite-${dependencies.azurite}`);
  const server = join(folder, 'node_modules', 'azurite', 'dist', 'src', 'blob', 'main.js');
  if (existsSync(server)) return server;
  say('testbed: fetching Azurite with npm (once, 190 MB) ...');
  const unfinished = `${folder}.${process.pid}`;
  try {
    mkdirSync(unfinished, { recursive: true });
    for (const name of ['package.json', 'package-lock.json']) copyFileSync(recipe(name), join(unfinished, name));
    const args = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await promisify(execFile)('npm', args, { cwd: unfinished, timeout: 5 * 60_000 });
    if (!existsSync(folder)) renameSync(unfinished, folder);
    return server;
  } catch (error) {
    if (existsSync(server)) return server; // another was faster
    throw new TestbedUnavailable(`npm could not fetch Azurite: ${String(error).split('\n')[0]}`);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
