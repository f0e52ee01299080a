import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../testbed/cache.ts';
import { KernelsUnavailable } from './unavailable.ts';

/** A package of Debian, whatever suite the machine itself is of. */
export interface DebianPackage {
  /** Such as `bullseye`; its component is `main`. */
  readonly suite: string;
  readonly name: string;
  /** Of the .deb. */
  readonly sha256: string;
}

/**
 * A folder of the cache that packages are unpacked into; apt fetches them from the mirror of this machine, where they are
 * not there. Rejects with KernelsUnavailable where they cannot be had.
 */
export async function unpacked(packages: readonly DebianPackage[], say: (line: string) => void): Promise<string> {
  const key = createHash('sha256')
    .update(packages.map(({ sha256 }) => sha256).join())
    .digest('hex');
  const folder = join(cacheFolder('kernels'), `${packages[0]?.name}-${key.slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  try {
    for (const wanted of packages) {
      say(`kernels: fetching ${wanted.name} of Debian ${wanted.suite} (once) ...`);
      const workshop = join(unfinished, 'apt');
      mkdirSync(join(workshop, 'lists/partial'), { recursive: true });
      await run('dpkg-deb', ['-x', await download(wanted, workshop), unfinished]);
      rmSync(workshop, { recursive: true });
    }
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** Downloads a package and returns the file. apt keeps its lists in `workshop`, so that the machine's own are left alone. */
async function download({ suite, name, sha256 }: DebianPackage, workshop: string): Promise<string> {
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const [sources, config] = [join(workshop, 'sources.list'), join(workshop, 'apt.conf')];
  writeFileSync(sources, `deb [signed-by=${keys}] ${await mirror()} ${suite} main\n`);
  const settings = {
    'Dir::Etc::SourceList': sources,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(workshop, 'lists'),
    'Dir::Cache::PkgCache': '',
    'Dir::Cache::SrcPkgCache': '',
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': '', // else apt complains that its own user may not write here
  };
  writeFileSync(
    config,
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(''),
  );
  const environment = { APT_CONFIG: config };
  await run('apt-get', ['update', '-qq'], { cwd: workshop, environment });
  await run('apt-get', ['download', '-qq', name], { cwd: workshop, environment });
  const [file] = globSync('*.deb', { cwd: workshop });
  if (file === undefined) throw new KernelsUnavailable(`apt downloaded no ${name}`);
  const found = createHash('sha256')
    .update(readFileSync(join(workshop, file)))
    .digest('hex');
  if (found !== sha256)
    throw new KernelsUnavailable(`${file} has the SHA-256 ${found}, which test/kernels/kernels.ts does not expect`);
  return join(workshop, file);
}

/** Where this machine gets Debian from. */
async function mirror(): Promise<string> {
  const listed = await run('apt-get', ['indextargets', '--format', '$(ORIGIN) $(RELEASE) $(REPO_URI)']);
  const found = /^Debian [a-z]+ (\S+)$/m.exec(listed)?.[1];
  if (found === undefined)
    throw new KernelsUnavailable('kernels come from Debian, by apt, of which this machine knows no mirror');
  return found;
}

interface Surroundings {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

async function run(command: string, args: readonly string[], { cwd, environment }: Surroundings = {}): Promise<string> {
  try {
    const options = { cwd, env: { ...process.env, ...environment }, timeout: 300_000 };
    return (await promisify(execFile)(command, [...args], options)).stdout;
  } catch (error) {
    const { stderr = '', message } = error as Error & { readonly stderr?: string };
    const said = stderr.trim().split('\n').slice(-3).join('; ') || message;
    throw new KernelsUnavailable(`${command} ${args.join(' ')} failed: ${said}`);
  }
}
