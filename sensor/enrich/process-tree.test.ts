import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random, seeds } from '../../test/property/random.ts';
import type { Image } from '../probes/probe.ts';
import type { SnapshotProcess } from './proc.ts';
import { ancestorLimit } from './process.ts';
import { ProcessTree } from './process-tree.ts';

const image = (name: string): Image => ({
  name,
  exepath: `/bin/${name}`,
  argv: [name],
  cwd: '/',
  environment: null,
  loginuid: -1,
  tty: 0,
  session: 1,
  group: 1,
  vpid: 1,
  vgroup: 1,
  capabilities: { effective: '', permitted: '', inheritable: '' },
  namespaces: { mnt: 1, pid: 1, net: 1, user: 1, uts: 1, ipc: 1, cgroup: 1 },
  upperLayer: false,
  memfd: false,
  unlinked: false,
});
const nothing = (): undefined => undefined;
const tick = 10_000_000;
const exec = (name: string) => ({ kind: 'exec', image: image(name), parent: 0, parentStart: 0 }) as const;

test('a pid that is used again is another process', () => {
  const tree = new ProcessTree(nothing);
  const shell = tree.apply(tree.find(10, 5), exec('sh'));
  tree.apply(shell, { kind: 'fork', pid: 11, start: 6, vpid: 2 });
  const first = tree.apply(tree.find(11, 6), exec('cat'));
  tree.apply(first, { kind: 'exit' });
  const second = tree.find(11, 7 * tick + 3);
  assert.notEqual(second, first);
  assert.equal(second.self.image, null);
  // Even when the exit was lost.
  tree.apply(second, exec('dog'));
  assert.equal(tree.find(11, 9 * tick + 1).self.image, null);
});

test('an event finds the process that /proc told of, whose start is rounded', () => {
  const tree = new ProcessTree(nothing);
  tree.add([
    { pid: 1, start: tick, parent: 0, image: image('init') },
    { pid: 7, start: 3 * tick, parent: 1, image: image('sh') },
  ]);
  const found = tree.find(7, 3 * tick + 123_456);
  assert.equal(found.self.image?.name, 'sh');
  assert.deepEqual(
    found.ancestors.map(({ image }) => image?.name),
    ['init'],
  );
  assert.equal(tree.find(7, 4 * tick + 1).self.image, null);
});

test('where forks were lost, /proc is asked', () => {
  const there: readonly SnapshotProcess[] = [
    { pid: 3, start: tick, parent: 2, image: image('child') },
    { pid: 2, start: tick, parent: 1, image: image('parent') },
  ];
  const tree = new ProcessTree((pid) => there.find((process) => process.pid === pid));
  const found = tree.find(3, tick + 1);
  assert.equal(found.self.image?.name, 'child');
  assert.deepEqual(
    found.ancestors.map(({ image }) => image?.name),
    ['parent'],
  );
  tree.find(99, 1);
  assert.deepEqual(tree.stats, { asked: 2, unknown: 1 });
});

for (const seed of seeds(50)) {
  test(`ancestors are those of a naive tree, seed ${seed}`, () => {
    const { integer, chance, pick } = random(seed);
    interface Naive {
      readonly pid: number;
      readonly start: number;
      name: string | null;
      /** Names from the parent up, as they were at the fork. */
      readonly above: readonly (string | null)[];
    }
    const tree = new ProcessTree(nothing);
    const root: Naive = { pid: 1, start: 1, name: null, above: [] };
    const alive = new Map([[1, root]]);
    let time = 1;
    for (let step = 0; step < 400; step++) {
      time += 1 + integer(1000);
      const one = pick([...alive.values()]);
      const process = tree.find(one.pid, one.start);
      const chain = one.above.slice(0, ancestorLimit);
      assert.deepEqual(
        process.ancestors.map(({ image }) => image?.name ?? null),
        chain,
      );
      assert.equal(process.self.image?.name ?? null, one.name);
      if (chance(0.5)) {
        const pid = 2 + integer(20); // so few that pids are used again soon
        if (alive.has(pid)) continue;
        tree.apply(process, { kind: 'fork', pid, start: time, vpid: 1 });
        alive.set(pid, { pid, start: time, name: one.name, above: [one.name, ...one.above] });
      } else if (chance(0.6)) {
        one.name = `p${step}`;
        tree.apply(process, exec(one.name));
      } else if (one !== root) {
        tree.apply(process, { kind: 'exit' });
        alive.delete(one.pid);
      }
      assert.equal(tree.size, alive.size);
    }
  });
}
