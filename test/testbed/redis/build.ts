import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../cache.ts';
import { TestbedUnavailable } from '../kubernetes/unavailable.ts';

/** How to run a redis-server. */
export interface RedisCommand {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Debian's server is the same program as its redis-check-rdb, under another name; the others are libraries it needs. */
const packages = ['redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];
const advice = 'install redis-server (7 or later), and try again';

/**
 * The redis-server of this machine; else Debian's, fetched by apt (1 MB) and unpacked into the cache without installing it.
 * Rejects with TestbedUnavailable where it cannot be had.
 */
export async function ensureRedis(say: (line: string) => void = console.error): Promise<RedisCommand> {
  if (await works({ command: 'redis-server', environment: {} })) return { command: 'redis-server', environment: {} };
  const folder = join(cacheFolder('redis-debian'), process.arch);
  const unpacked = commandIn(folder);
  if (!(unpacked !== null && (await works(unpacked)))) {
    say('testbed: fetching redis-server from Debian (once, 1 MB) ...');
    await unpack(folder);
  }
  const command = commandIn(folder);
  if (command !== null && (await works(command))) return command;
  throw new TestbedUnavailable(`Debian's redis-server does not run here; ${advice}`);
}

async function unpack(folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  const run = (command: string, args: readonly string[]) =>
    promisify(execFile)(command, [...args], { cwd: unfinished, timeout: 120_000 });
  try {
    mkdirSync(unfinished, { recursive: true });
    await run('apt-get', ['download', '-qq', ...packages]);
    for (const name of readdirSync(unfinished).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', name, unfinished]);
    }
    symlinkSync('redis-check-rdb', join(unfinished, 'usr/bin/redis-server'));
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  } catch (error) {
    throw new TestbedUnavailable(`apt could not fetch redis-server (${String(error).split('\n')[0]}); ${advice}`);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function commandIn(folder: string): RedisCommand | null {
  const libraries = join(folder, 'usr/lib');
  if (!existsSync(libraries)) return null;
  const folders = readdirSync(libraries).map((name) => join(libraries, name));
  return { command: join(folder, 'usr/bin/redis-server'), environment: { LD_LIBRARY_PATH: folders.join(':') } };
}

async function works({ command, environment }: RedisCommand): Promise<boolean> {
  return promisify(execFile)(command, ['--version'], { env: { ...process.env, ...environment }, timeout: 10_000 }).then(
    ({ stdout }) => Number(/v=(\d+)/.exec(stdout)?.[1] ?? 0) >= 7,
    () => false,
  );
}
