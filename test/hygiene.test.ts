import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './runner/files.ts';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly link?: boolean }>>;
}

function json<Content>(name: string): Content {
  return JSON.parse(readFileSync(join(root, name), 'utf8')) as Content;
}

test('dependencies have exact versions', () => {
  const { dependencies, devDependencies } = json<Manifest>('package.json');
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  assert.deepEqual(loose, []);
});

test('the lockfile names no host, so that any registry will do', () => {
  const { packages } = json<Lockfile>('package-lock.json');
  const resolved = Object.entries(packages).flatMap(([name, entry]) => (entry.resolved === undefined ? [] : [name]));
  assert.deepEqual(resolved, []);
});

/** Folders of people, and where they check out and cache; what attack edges and rules say of /root/.ssh is no such thing. */
const machineFolder = /(?<![\w.])\/(?:work\/|Users\/\w+\/|root\/(?:\.npm|\.cache|\.config|go|src)\/)/;

test('nothing in the tree names a folder of the machine it was written on', {
  skip: !existsSync(join(root, '.git')) && 'not a Git clone',
}, () => {
  const listing = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  const files = listing
    .toString()
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));
  assert.ok(files.length > 0);
  const found = files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => (machineFolder.test(line) ? [`${file}:${index + 1}`] : [])),
  );
  assert.deepEqual(found, []);
});
