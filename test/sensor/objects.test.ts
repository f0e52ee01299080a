import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { compileObject, type Reads, readsOf } from '../../sensor/build.ts';
import { frameReader } from '../../sensor/frames/frame-reader.ts';
import { declaredGaps } from '../../sensor/gaps.ts';
import { defaultFilter, orders } from '../../sensor/loader/orders.ts';
import { runLoader } from '../../sensor/loader/run-loader.ts';
import type { SensorStatus } from '../../sensor/status.ts';
import { sensorBuild, sensorMissing, workFolder } from './harness.ts';

const kinds: readonly Reads[] = ['cast', 'probe'];

/** Of a HELLO frame the programs, of an END frame the counters. */
interface Said {
  readonly programs?: SensorStatus['programs'];
  readonly types?: SensorStatus['kernel'];
}

test('pointers are cast from Linux 6.2 on', () => {
  const releases = ['5.8.0', '5.15.0-91-generic', '6.1.0-18-amd64', '6.2.0', '6.18.44', '7.0.1'];
  assert.deepEqual(releases.map(readsOf), ['probe', 'probe', 'probe', 'cast', 'cast', 'cast']);
});

/** What a loader says of an object from its start to its end, when it is asked to end at once. */
async function run(object: string): Promise<ReadonlyMap<string, Said>> {
  const { loader: program } = await sensorBuild();
  const loader = runLoader({ loader: program, object }, orders(defaultFilter, 1 << 20, process.pid));
  const reader = frameReader({ skippedBytes: 0, refused: 0, missing: 0 });
  const said = new Map<string, Said>();
  for await (const chunk of loader.output)
    for (const { type, payload } of reader.read(chunk)) {
      if (type === 'hello') loader.stop();
      if (type !== 'events') said.set(type, JSON.parse(payload.toString()) as Said);
    }
  assert.equal((await loader.ended()).status, 0);
  return said;
}

const architecture = process.arch === 'arm64' ? 'arm64' : 'x86';

describe('objects', { skip: await sensorMissing() }, () => {
  test('both compile for arm64', async () => {
    for (const reads of kinds) await compileObject(workFolder(), 'arm64', reads);
  });

  // What older kernels are given, this one takes too: that it loads here says at least that it is sound.
  for (const reads of kinds) {
    test(`the object that reads by ${reads} loads, attaches, and ends with exact counts`, async () => {
      const folder = join(workFolder(), reads);
      mkdirSync(folder);
      const said = await run(await compileObject(folder, architecture, reads));
      const states = Object.values(said.get('hello')?.programs ?? {});
      assert.ok(states.length > 40 && states.every((state) => state === 'attached' || state === 'absent'), `${states}`);
      for (const { made, sent, lost, filtered, limited } of Object.values(said.get('end')?.types ?? {}))
        assert.equal(made, sent + lost + filtered + limited);
    });
  }

  test('a program that the kernel refuses takes no other with it, and is a declared gap', async () => {
    const source = join(import.meta.dirname, 'actors/refused.bpf.c');
    const said = await run(await compileObject(workFolder(), architecture, readsOf(release()), source));
    const { refused, unlink, ...others } = said.get('hello')?.programs ?? {};
    assert.equal(refused, 'EACCES');
    assert.equal(unlink, 'EACCES');
    assert.ok(Object.values(others).every((state) => state === 'attached' || state === 'absent'));
    const gaps = declaredGaps({ ...others, unlink }, { connects: {} });
    assert.deepEqual(
      gaps.filter(({ cause }) => cause === 'refused').map(({ probe, reason }) => [probe, reason]),
      [
        [
          'unlink',
          'The kernel refused the program unlink (EACCES): nothing of tracepoint/syscalls/sys_exit_unlink is seen.',
        ],
      ],
    );
    assert.ok(gaps.some(({ cause }) => cause === 'io_uring') && gaps.some(({ cause }) => cause === '32-bit'));
  });
});
