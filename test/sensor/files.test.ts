import assert from 'node:assert/strict';
import { constants, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { act, compileActor, type Line, type RunningSensor, sensorMissing, startSensor, workFolder } from './harness.ts';

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL } = constants;

describe('files', { skip: await sensorMissing() }, () => {
  const work = workFolder();
  let filtered: RunningSensor;
  let everything: RunningSensor;
  let actor = '';

  before(async () => {
    actor = await compileActor(work, 'actor');
    mkdirSync(join(work, '.ssh'));
    writeFileSync(join(work, '.ssh/config'), '');
    writeFileSync(join(work, 'innocent'), '');
    symlinkSync('/etc/shadow', join(work, 'link'));
    filtered = await startSensor();
    everything = await startSensor('--every-open');
  });
  after(async () => {
    await filtered.stop();
    await everything.stop();
  });

  /** The first open of `path` that the actor made with these arguments. */
  async function openOf(path: string, args: readonly string[], sensor = filtered): Promise<Line> {
    await act('sh', '-c', `cd ${work} && exec ${actor} "$@"`, 'sh', ...args);
    return sensor.find(path, (line) => line['fd.name'] === path && line['proc.args'] === args.join(' '));
  }

  test('the real path of a symbolic link, of a relative path, and of openat2', async () => {
    for (const args of [
      ['open', '0', 'link'],
      ['open', '0', '../../../../../../etc/shadow'],
      ['openat2', '0', 'link'],
    ]) {
      const line = await openOf('/etc/shadow', args);
      assert.equal(line['evt.type'], args[0] === 'openat2' ? 'openat2' : 'openat');
      assert.equal(line['evt.arg.flags'], 'O_RDONLY');
      assert.equal(line['evt.is_open_read'], true);
      assert.equal(line['evt.is_open_write'], false);
      assert.equal(line['evt.res'], 'SUCCESS');
      assert.ok(Number(line['fd.num']) > 2);
    }
  });

  test('a link that is turned while it is opened: what was really opened', async () => {
    const from = everything.lines().length;
    const turn = 'ln -sfn /etc/shadow turning & read x < turning; ln -sfn innocent turning & read x < turning; wait';
    const turns = `i=0; while [ $i -lt 50 ]; do ${turn}; i=$((i+1)); done 2>/dev/null`;
    const race = `${turns}; ln -sfn /etc/shadow turning; read x < turning`;
    await act('sh', '-c', `cd ${work} && ${race}`);
    await act('true', 'after the race');
    await everything.find('the end', (line) => line['proc.cmdline'] === 'true after the race', from);
    const names = new Set(
      everything
        .lines()
        .slice(from)
        .filter((line) => line['proc.name'] === 'sh' && line['evt.res'] === 'SUCCESS' && line['evt.is_open_read'])
        .map((line) => line['fd.name']),
    );
    assert.ok(names.has('/etc/shadow'));
    assert.ok(!names.has(join(work, 'turning')), 'the link is never the name of what was opened');
  });

  test('through mounts, and relative to a descriptor', async () => {
    const script = `mount -t tmpfs none ${work}/.ssh && mkdir ${work}/.ssh/.kube && : > ${work}/.ssh/.kube/config && ${actor} open-in ${work}/.ssh/.kube config`;
    await act('unshare', '--mount', 'sh', '-c', script);
    const path = join(work, '.ssh/.kube/config');
    const line = await filtered.find(path, (line) => line['fd.name'] === path && line['proc.name'] === 'actor');
    assert.equal(line['evt.is_open_read'], true);
  });

  test('writing and creating', async (t) => {
    const file = `/etc/portolan-test-${process.pid}`;
    t.after(() => rmSync(file, { force: true }));
    const made = await openOf(file, ['open', String(O_WRONLY | O_CREAT | O_EXCL), file]);
    assert.equal(made['evt.is_open_write'], true);
    assert.equal(made['evt.is_open_read'], false);
    assert.equal(made['evt.is_open_create'], true);
    assert.equal(made['evt.arg.flags'], 'O_WRONLY|O_CREAT|O_EXCL');
    assert.equal(made['evt.arg.mode'], 0o600);
    const again = await openOf(file, ['open', String(O_RDWR), file]);
    assert.equal(again['evt.is_open_create'], false);
    assert.equal(again['fd.ino'], made['fd.ino']);
  });

  test('who opens a file of a watched name for writing, too, is told of wherever it lies', async (t) => {
    const folder = mkdtempSync('/var/tmp/portolan-test-');
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'id_rsa');
    writeFileSync(file, '');
    const line = await openOf(file, ['open', String(O_RDWR), file]);
    assert.equal(line['evt.is_open_read'], true);
    assert.equal(line['evt.is_open_write'], true);
  });

  test('what nobody asked for stays in the kernel, and is counted there', async () => {
    const from = filtered.lines().length;
    const innocent = join(work, 'innocent');
    await openOf(innocent, ['open', String(O_RDONLY), innocent], everything);
    await act('true', 'after innocent');
    await filtered.find('the end', (line) => line['proc.cmdline'] === 'true after innocent', from);
    assert.equal(
      filtered
        .lines()
        .slice(from)
        .filter((line) => line['fd.name'] === innocent).length,
      0,
    );
  });

  test('opens that fail, when every open is wanted', async () => {
    const missing = join(work, 'missing');
    const line = await openOf(missing, ['open', '0', missing], everything);
    assert.equal(line['evt.res'], 'ENOENT');
    assert.equal(line['evt.rawres'], -2);
  });
});
