import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { root } from './runner/files.ts';
import { temporaryFolder } from './testbed/temporary.ts';

const folder = temporaryFolder();
after(() => rmSync(folder, { recursive: true, force: true }));

const version = process.version;
const mainSource = `
import { GraphQLError } from 'graphql';
console.log(JSON.stringify({ version: process.version, arguments: process.argv.slice(2), cwd: process.cwd(), graphql: typeof GraphQLError }));
`;

/** A fresh clone with the real launcher, one of the real dependencies, and a command line that says how it was run. */
function clone(name: string): string {
  const path = join(folder, name);
  for (const file of ['portolan', 'scripts/node', 'scripts/install.ts', '.npmrc']) {
    cpSync(join(root, file), join(path, file));
  }
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly lockfileVersion: number;
    readonly packages: Readonly<Record<string, { readonly version: string }>>;
  };
  const { 'node_modules/graphql': graphql, 'node_modules/graphql-http': http } = lock.packages;
  assert.ok(graphql && http);
  const manifest = {
    ...{ name: 'clone', version: '1.0.0', type: 'module' },
    dependencies: { graphql: graphql.version },
    devDependencies: { 'graphql-http': http.version },
  };
  const packages = {
    '': manifest,
    'node_modules/graphql': graphql,
    'node_modules/graphql-http': { ...http, dev: true },
  };
  writeFileSync(join(path, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(path, 'package-lock.json'),
    JSON.stringify({ ...manifest, lockfileVersion: lock.lockfileVersion, packages }),
  );
  mkdirSync(join(path, 'gateway/cli'), { recursive: true });
  writeFileSync(join(path, 'gateway/cli/main.ts'), mainSource);
  return path;
}

interface Run {
  readonly status: number | string | null | undefined;
  readonly output: string;
  readonly errors: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a command with this Node first in PATH and a cache folder of its own, without standard input. */
function run(
  command: string,
  args: readonly string[],
  { cwd = folder, environment = {} }: RunOptions = {},
): Promise<Run> {
  const env = {
    ...process.env,
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    XDG_CACHE_HOME: join(folder, 'cache'),
    ...environment,
  };
  return new Promise((resolve) => {
    const child = execFile(command, args, { cwd, env, timeout: 60_000 }, (error, output, errors) =>
      resolve({ status: error === null ? 0 : error.code, output, errors }),
    );
    child.stdin?.destroy();
  });
}

const leftovers = (path: string): readonly string[] =>
  readdirSync(path).filter((name) => name.startsWith('.portolan-'));

test('installs once and runs, through symlinks, with spaces in the path, from any folder', async () => {
  const path = clone('a clone with spaces');
  const bin = join(folder, 'some bin');
  mkdirSync(bin);
  symlinkSync(join(path, 'portolan'), join(bin, 'first'));
  symlinkSync('first', join(bin, 'portolan'));
  const expected = { version, arguments: ['paths', '--from', 'a b', ''], cwd: bin, graphql: 'function' };

  const first = await run(join(bin, 'portolan'), expected.arguments, { cwd: bin });
  assert.deepEqual(first, {
    status: 0,
    output: `${JSON.stringify(expected)}\n`,
    errors: 'portolan: installing dependencies ...\n',
  });
  const second = await run(join(bin, 'portolan'), expected.arguments, { cwd: bin });
  assert.deepEqual(second, { status: 0, output: first.output, errors: '' });

  const direct = await run('sh', ['portolan', 'help'], { cwd: path });
  assert.deepEqual(JSON.parse(direct.output), { ...expected, arguments: ['help'], cwd: path });
});

test('what only developers need is installed once something of theirs is run, and stays', async () => {
  const path = clone('developed');
  const hasTools = (): boolean => existsSync(join(path, 'node_modules/graphql-http'));
  const installed: boolean[] = [];
  for (const command of ['portolan', 'scripts/node', 'portolan', 'scripts/node']) {
    const { status, errors } = await run(join(path, command), [join(path, 'gateway/cli/main.ts')]);
    assert.equal(status, 0, errors);
    assert.equal(hasTools(), command === 'scripts/node' || installed.length > 1, command);
    installed.push(errors !== '');
  }
  assert.deepEqual(installed, [true, true, false, false]);
});

test('a gateway on Neo4j has the larger young generation, for which the embedded store leaves no room', async () => {
  const path = clone('young');
  const main = 'console.log(process.execArgv.findLast((flag) => flag.startsWith("--max-semi-space-size")));';
  writeFileSync(join(path, 'gateway/cli/main.ts'), main);
  for (const [args, store, size] of [
    [['up'], '', 16],
    [['up', '--store', 'a bolt.db'], '', 16],
    [['up', '--store', 'bolt+s://host'], '', 32],
    [['up', 'examples'], 'neo4j://host', 32],
    [['paths'], 'bolt://host', 4],
  ] as const) {
    const { output, errors } = await run(join(path, 'portolan'), args, { environment: { PORTOLAN_STORE: store } });
    assert.equal(output, `--max-semi-space-size=${size}\n`, errors);
  }
});

test('starts at the same moment do not disturb each other', async () => {
  const path = clone('crowded');
  const runs = await Promise.all([1, 2, 3].map((n) => run(join(path, 'portolan'), [String(n)])));
  for (const { status, errors, output } of runs) {
    assert.equal(status, 0, errors);
    assert.equal((JSON.parse(output) as { readonly graphql: string }).graphql, 'function');
  }
  assert.deepEqual(leftovers(path), []);
  assert.deepEqual(readdirSync(join(path, 'node_modules')).includes('node_modules'), false);
});

test('installs again when the lockfile has changed, and clears away what a killed start left', async () => {
  const path = clone('changed');
  assert.equal((await run(join(path, 'portolan'), [])).status, 0);
  const lockfile = join(path, 'package-lock.json');
  writeFileSync(lockfile, `${readFileSync(lockfile, 'utf8')}\n`);
  writeFileSync(join(path, 'node_modules', 'old'), '');
  mkdirSync(join(path, '.portolan-install-999999999'));
  const again = await run(join(path, 'portolan'), []);
  assert.equal(again.errors, 'portolan: installing dependencies ...\n');
  assert.equal(existsSync(join(path, 'node_modules', 'old')), false);
  assert.deepEqual(leftovers(path), []);
});

test('says what failed and ends with status 3 where dependencies cannot be fetched', async () => {
  const path = clone('offline');
  const environment = {
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_fetch_retries: '0',
    npm_config_cache: join(folder, 'empty'),
  };
  const { status, output, errors } = await run(join(path, 'portolan'), [], { environment });
  assert.equal(status, 3);
  assert.equal(output, '');
  assert.match(errors, /ECONNREFUSED[\s\S]*portolan: npm ci failed/);
  assert.deepEqual(leftovers(path), []);
});

test('takes the Node that npx brings where the own one is old, and remembers it', async () => {
  const path = clone('old node');
  const bin = join(folder, 'old bin');
  script(join(bin, 'node'), 'echo v20.20.2');
  script(join(bin, 'npx'), `echo "$*" >>'${folder}/npx.log'; echo '${process.execPath}'`);
  const environment = { PATH: `${bin}:${process.env.PATH}`, XDG_CACHE_HOME: join(folder, 'other cache') };
  for (const expected of [/fetching Node 24 \(once\)/, /^$/]) {
    const { status, output, errors } = await run(join(path, 'portolan'), [], { environment });
    assert.equal(status, 0, errors);
    assert.equal((JSON.parse(output) as { readonly version: string }).version, version);
    assert.match(errors, expected);
  }
  const calls = readFileSync(join(folder, 'npx.log'), 'utf8').trim().split('\n');
  assert.equal(calls.length, 1);
  assert.match(calls[0] ?? '', /--package=node@24 node -p process\.execPath$/);
});

test('without Node and npm it says what to install', async () => {
  const path = clone('bare');
  const bin = join(folder, 'bare bin');
  mkdirSync(bin);
  for (const tool of ['sh', 'dirname', 'readlink', 'cat']) {
    symlinkSync(['/bin', '/usr/bin'].map((place) => join(place, tool)).find(existsSync) ?? tool, join(bin, tool));
  }
  const environment = { PATH: bin, XDG_CACHE_HOME: join(folder, 'no cache') };
  const { status, errors } = await run(join(path, 'portolan'), [], { environment });
  assert.equal(status, 3);
  assert.match(errors, /needs Node 24 or later/);
});

function script(file: string, body: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}
