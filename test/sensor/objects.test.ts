import assert from 'node:assert/strict';
import { release } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { compileObject, readsOf } from '../../sensor/build.ts';
import { declaredGaps } from '../../sensor/gaps.ts';
import { sensorMissing, workFolder } from './harness.ts';
import { runObject } from './run-object.ts';

test('pointers are cast from Linux 6.2 on', () => {
  const releases = ['5.8.0', '5.15.0-91-generic', '6.1.0-18-amd64', '6.2.0', '6.18.44', '7.0.1'];
  assert.deepEqual(releases.map(readsOf), ['probe', 'probe', 'probe', 'cast', 'cast', 'cast']);
});

const architecture = process.arch === 'arm64' ? 'arm64' : 'x86';

describe('objects', { skip: await sensorMissing() }, () => {
  test('both compile for arm64', async () => {
    for (const reads of ['cast', 'probe'] as const) await compileObject(workFolder(), 'arm64', reads);
  });

  test('a program that the kernel refuses takes no other with it, and is a declared gap', async () => {
    const source = join(import.meta.dirname, 'actors/refused.bpf.c');
    const said = await runObject(await compileObject(workFolder(), architecture, readsOf(release()), source));
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
