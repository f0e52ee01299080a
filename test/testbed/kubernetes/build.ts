import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../cache.ts';
import { isRunning } from '../temporary.ts';
import { findGo } from './go.ts';
import { TestbedUnavailable } from './unavailable.ts';

export { TestbedUnavailable } from './unavailable.ts';

const source = fileURLToPath(new URL('.', import.meta.url));
const buildLimitMinutes = 25;

/**
 * The path of the binary that is etcd, the Kubernetes control plane, kubectl and KWOK in one: from the cache, or built
 * into it (7 to 10 minutes on two cores, 4 GB of disk while it builds), which `say` tells in lines.
 * Rejects with TestbedUnavailable where it cannot be built.
 */
export async function ensureKubernetes(say: (line: string) => void = console.error): Promise<string> {
  const { version, goVersion, folder, binary } = target();
  if (isExecutable(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const release = await lock(join(folder, 'build.lock'), say);
  try {
    if (isExecutable(binary)) return binary; // built by whom we waited for
    const go = await findGo(goVersion, say);
    await build(go, version, binary, say);
    return binary;
  } finally {
    release();
  }
}

/** Whether ensureKubernetes has nothing to do. */
export function kubernetesIsBuilt(): boolean {
  return isExecutable(target().binary);
}

interface Target {
  readonly version: string;
  readonly goVersion: string;
  readonly folder: string;
  readonly binary: string;
}

/** What is to be built, from go.mod, and where: the folder's name changes with the sources. */
function target(): Target {
  const texts = ['go.mod', 'go.sum', 'main.go'].map((name) => readFileSync(join(source, name), 'utf8'));
  const version = /^\s*k8s\.io\/kubernetes (v\S+)/m.exec(texts[0] ?? '')?.[1];
  const goVersion = /^go (\S+)/m.exec(texts[0] ?? '')?.[1];
  if (version === undefined || goVersion === undefined) throw new Error('go.mod names no Kubernetes, or no Go version');
  const key = createHash('sha256').update(texts.join('')).digest('hex').slice(0, 12);
  const folder = cacheFolder(`kubernetes-${version}-${key}`);
  return { version, goVersion, folder, binary: join(folder, 'kube-all') };
}

async function build(go: string, version: string, binary: string, say: (line: string) => void): Promise<void> {
  say(`testbed: building Kubernetes ${version} with ${go} (once, 7 to 10 minutes on two cores) ...`);
  const [major, minor] = version.slice(1).split('.');
  const stamp = 'k8s.io/component-base/version';
  const flags = `-s -w -X ${stamp}.gitVersion=${version} -X ${stamp}.gitMajor=${major} -X ${stamp}.gitMinor=${minor} -X ${stamp}.gitTreeState=clean`;
  const unfinished = `${binary}.${process.pid}`;
  const child = spawn(go, ['build', '-v', '-trimpath', '-ldflags', flags, '-o', unfinished, '.'], {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -mod=readonly', GOTOOLCHAIN: 'local' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: buildLimitMinutes * 60_000,
  });
  const startedAt = Date.now();
  const seconds = (): number => Math.round((Date.now() - startedAt) / 1000);
  const errors: string[] = [];
  let downloaded = 0;
  let compiled = 0;
  const progress = setInterval(
    () => say(`testbed: ${seconds()} s: ${downloaded} modules fetched, ${compiled} packages compiled ...`),
    30_000,
  );
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('go: downloading ')) downloaded++;
    else if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) compiled++;
    else errors.push(line);
  });
  const [status]: unknown[] = await once(child, 'close').finally(() => clearInterval(progress));
  if (status !== 0) {
    rmSync(unfinished, { force: true });
    const reason = status === null ? `took more than ${buildLimitMinutes} minutes` : 'failed';
    throw new TestbedUnavailable(`building Kubernetes ${version} ${reason}: ${errors.slice(-5).join('; ')}`);
  }
  renameSync(unfinished, binary);
  say(`testbed: built in ${seconds()} s: ${binary}`);
}

/** Takes the lock file, waiting while a living process holds it; returns what gives it back. */
async function lock(file: string, say: (line: string) => void): Promise<() => void> {
  for (let waited = 0; ; waited++) {
    try {
      writeFileSync(openSync(file, 'wx'), String(process.pid));
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(readFileSync(file, 'utf8'));
    if (waited > 2 && !isRunning(holder)) rmSync(file, { force: true });
    else if (waited % 60 === 3) say(`testbed: waiting for process ${holder}, which is building Kubernetes ...`);
    await sleep(1000);
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
