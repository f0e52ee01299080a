import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Installs the locked dependencies; scripts/node calls it when node_modules/.portolan-lock is not the lockfile. With
// PORTOLAN_INSTALL=runtime without what only developers need, a third of all, whose stamp is .portolan-runtime-lock.
// They are installed beside node_modules and put in its place by a rename: two starts at the same moment, or one that is
// killed, never leave half an installation.

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const runtime = process.env.PORTOLAN_INSTALL === 'runtime';
const stamps = runtime ? ['.portolan-runtime-lock', '.portolan-lock'] : ['.portolan-lock'];
const prefix = '.portolan-install-';
const workshop = join(root, `${prefix}${process.pid}`);

for (const name of readdirSync(root)) {
  if (name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length)))) remove(join(root, name));
}
console.error('portolan: installing dependencies ...');
try {
  mkdirSync(workshop);
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(root, name), join(workshop, name));
  const npm = spawnSync(
    'npm',
    ['ci', runtime ? '--omit=dev' : '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: workshop,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    },
  );
  if (npm.status === 0) {
    cpSync(join(workshop, 'package-lock.json'), join(workshop, 'node_modules', stamps[0] as string));
    putInPlace();
  } else {
    console.error(`${npm.stdout ?? ''}${npm.stderr ?? ''}${npm.error?.message ?? ''}`.trim());
    console.error('portolan: npm ci failed, see above; check the connection to the npm registry and try again');
    process.exitCode = 3;
  }
} finally {
  remove(workshop);
}

/** Replaces node_modules, unless somebody else has meanwhile put the same there. */
function putInPlace(): void {
  for (let attempt = 0; !isCurrent(); attempt++) {
    try {
      if (existsSync(modules)) renameSync(modules, join(workshop, `old-${attempt}`));
      renameSync(join(workshop, 'node_modules'), modules);
    } catch (error) {
      if (attempt === 5) throw error; // another start was between the two renames
    }
  }
}

function isCurrent(): boolean {
  const lock = readFileSync(join(workshop, 'package-lock.json'));
  return stamps
    .map((stamp) => join(modules, stamp))
    .some((file) => existsSync(file) && readFileSync(file).equals(lock));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
