import { execFile } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installWithApt } from '../apt.ts';
import { TestbedUnavailable } from './unavailable.ts';

type Say = (line: string) => void;

/**
 * The path of a Go that is at least `minimum` (such as 1.26.0). An older one fetches it from the module proxy; on Debian
 * as root, apt brings an older one where there is none.
 */
export async function findGo(minimum: string, say: Say): Promise<string> {
  let found = await newestGo();
  if (found === undefined) {
    const packages = ['golang-go', 'ca-certificates'];
    await installWithApt({ packages, what: 'building Kubernetes takes Go', advice: advice(minimum) }, say);
    found = await newestGo();
  }
  if (found === undefined) throw new TestbedUnavailable(`apt installed no Go; ${advice(minimum)}`);
  return compare(found.version, minimum) >= 0 ? found.path : fetchToolchain(found, minimum, say);
}

interface Go {
  readonly path: string;
  readonly version: string;
}

async function newestGo(): Promise<Go | undefined> {
  const all: Go[] = [];
  for (const path of ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go']) {
    const output = await run(path, ['version'], 10).catch(() => '');
    const version = /^go version go(\d+(?:\.\d+)*)/.exec(output)?.[1];
    if (version !== undefined) all.push({ path, version });
  }
  return all.sort((a, b) => compare(b.version, a.version))[0];
}

/**
 * Go toolchains are modules (https://go.dev/doc/toolchain#module), so that any Go with modules can fetch one, verified
 * by the checksum database. From 1.21 on Go does so by itself; Debian 12 has 1.19, which leaves the files without their
 * executable bit.
 */
async function fetchToolchain(go: Go, minimum: string, say: Say): Promise<string> {
  say(`testbed: fetching Go ${minimum} through the module proxy, as ${go.path} is ${go.version} ...`);
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  let folder: string;
  try {
    const output = await run(
      go.path,
      ['mod', 'download', '-json', `golang.org/toolchain@v0.0.1-go${minimum}.${platform}`],
      300,
    );
    folder = (JSON.parse(output) as { readonly Dir: string }).Dir;
  } catch (error) {
    throw new TestbedUnavailable(`Go ${minimum} could not be fetched (${reason(error)}); ${advice(minimum)}`);
  }
  for (const part of ['bin', join('pkg', 'tool', platform.replace('-', '_'))]) {
    for (const name of readdirSync(join(folder, part))) chmodSync(join(folder, part, name), 0o755);
  }
  return join(folder, 'bin', 'go');
}

/** Compares versions such as 1.9.2 and 1.26 by their numbers. */
function compare(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Standard output of a command outside any module, within `seconds`. */
async function run(command: string, args: readonly string[], seconds: number): Promise<string> {
  return (await promisify(execFile)(command, args, { cwd: tmpdir(), timeout: seconds * 1000 })).stdout;
}

const advice = (minimum: string): string => `install Go ${minimum} or later from https://go.dev/dl/ and try again`;

const reason = (error: unknown): string =>
  String(error instanceof Error ? error.message : error)
    .trim()
    .split('\n')
    .slice(-3)
    .join(' ');
