import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { act, compileActor, type Line, type RunningSensor, sensorMissing, startSensor, workFolder } from './harness.ts';

describe('processes', { skip: await sensorMissing() }, () => {
  const work = workFolder();
  let sensor: RunningSensor;
  let actor = '';

  before(async () => {
    actor = await compileActor(work, 'actor');
    sensor = await startSensor();
  });
  after(() => sensor.stop());

  const execOf = (cmdline: string): Promise<Line> =>
    sensor.find(cmdline, (line) => line['evt.type'] === 'execve' && line['proc.cmdline'] === cmdline);

  test('who runs what, where, as whom: as /proc says of the same process', async () => {
    const child = spawn('sleep', ['5.25'], { cwd: work, detached: true });
    const line = await execOf('sleep 5.25');
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const value = (key: string): string => new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
    child.kill();
    const expected: Line = {
      'proc.pid': child.pid ?? 0,
      'proc.vpid': child.pid ?? 0,
      'proc.name': 'sleep',
      'proc.exe': 'sleep',
      'proc.exepath': realpathSync('/bin/sleep'),
      'proc.args': '5.25',
      'proc.cwd': work,
      'proc.sid': child.pid ?? 0, // detached: a session of its own
      'proc.pgid': child.pid ?? 0,
      'proc.vpgid': child.pid ?? 0,
      'proc.is_vpgid_leader': true,
      'proc.tty': 0,
      'proc.ppid': process.pid,
      'proc.is_exe_upper_layer': false,
      'proc.is_exe_from_memfd': false,
      'proc.is_exe_unlinked': false,
      'thread.cap_effective': value('CapEff'),
      'thread.cap_permitted': value('CapPrm'),
      'thread.cap_inheritable': value('CapInh'),
      'user.uid': 0,
      'user.name': 'root',
      'group.gid': 0,
      'user.loginuid': Number(readFileSync('/proc/self/loginuid', 'utf8')) | 0,
    };
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, line[name]])), expected);
  });

  test('another user, without capabilities', async () => {
    await act('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'true', 'as', 'nobody');
    const line = await execOf('true as nobody');
    assert.equal(line['user.uid'], 65534);
    assert.equal(line['user.name'], 'nobody');
    assert.equal(line['group.gid'], 65534);
    assert.equal(line['thread.cap_effective'], '0000000000000000');
  });

  test('a terminal', async () => {
    await act('script', '-qec', '/bin/true on a terminal', '/dev/null');
    const line = await execOf('true on a terminal');
    assert.ok(Number(line['proc.tty']) >= 136 << 8, 'a pseudo terminal has major number 136 or more');
  });

  test('arguments with spaces, none, and more than are kept', async () => {
    await act('true', 'a b', '', 'ü');
    assert.equal((await execOf('true a b  ü'))['proc.args'], 'a b  ü');
    await act('true', 'long', 'x'.repeat(5000));
    const line = await sensor.find(
      'long',
      (line) => line['evt.type'] === 'execve' && String(line['proc.args']).startsWith('long x'),
    );
    assert.equal(line['evt.truncated'], true);
    assert.equal(`${line['proc.exe']} ${line['proc.args']}`.length, 2047);
  });

  test('a program that is in no file system', async () => {
    const { status, out } = await act(actor, 'memfd', '/bin/true', 'hidden away');
    assert.equal(status, 0, out);
    const line = await sensor.find(
      'memfd',
      (line) => line['evt.type'] === 'execve' && line['proc.args'] === 'hidden away',
    );
    assert.equal(line['proc.is_exe_from_memfd'], true);
    assert.equal(line['proc.exepath'], '/memfd:hidden');
  });

  test('a program that was written into the container after it was made, and one that was not', async (t) => {
    for (const name of ['lower', 'upper', 'scratch', 'merged']) mkdirSync(join(work, name));
    copyFileSync('/bin/true', join(work, 'lower/old'));
    const overlay = `lowerdir=${work}/lower,upperdir=${work}/upper,workdir=${work}/scratch`;
    const script = `mount -t tmpfs none ${work}/upper && mkdir ${work}/upper/u ${work}/upper/w &&
      mount -t overlay overlay -o ${overlay.replace('/upper,', '/upper/u,').replace('/scratch', '/upper/w')} ${work}/merged &&
      cp /bin/true ${work}/merged/new && ${work}/merged/old overlay && ${work}/merged/new overlay`;
    const { status, out } = await act('unshare', '--mount', 'sh', '-c', script);
    if (status !== 0) {
      t.skip(`no overlay here: ${out}`);
      return;
    }
    const old = await execOf('old overlay');
    const made = await execOf('new overlay');
    assert.deepEqual([old['proc.is_exe_upper_layer'], made['proc.is_exe_upper_layer']], [false, true]);
    assert.equal(made['proc.exepath'], join(work, 'merged/new'));
  });

  test('how long a process lived, and how it ended', async () => {
    await act('sh', '-c', 'sleep 0.3; exit 7');
    const shell = await sensor.find('sh', (line) => line['evt.type'] === 'procexit' && line['evt.arg.ret'] === 7);
    assert.ok(Number(shell['proc.duration']) > 0.3e9 && Number(shell['proc.duration']) < 5e9);
    const fork = await sensor.find(
      'fork',
      (line) => line['evt.type'] === 'fork' && line['proc.pid'] === shell['proc.pid'],
    );
    const sleep = await sensor.find(
      'sleep',
      (line) => line['evt.type'] === 'execve' && line['proc.pid'] === fork['evt.res'],
    );
    assert.equal(sleep['proc.ppid'], shell['proc.pid']);
  });

  test('seven ancestors', async () => {
    const nest = (depth: number): string =>
      depth === 0 ? '/bin/true deep; :' : `sh -c '${nest(depth - 1).replaceAll("'", `'\\''`)}'; :`;
    await act('sh', '-c', nest(4));
    const line = await execOf('true deep');
    const names = [1, 2, 3, 4, 5].map((level) => line[`proc.aname[${level}]`]);
    assert.deepEqual(names, ['sh', 'sh', 'sh', 'sh', 'sh']);
    assert.equal(line['proc.aname[6]'], readFileSync('/proc/self/comm', 'utf8').trim());
    assert.equal(line['proc.aname[8]'], undefined);
  });

  test('processes that were there before the sensor', async (t) => {
    const sleeper = spawn('sh', ['-c', 'read line; /bin/true from before; :']);
    const second = await startSensor();
    t.after(() => second.kill());
    sleeper.stdin.end('go\n');
    const line = await second.find(
      'the child',
      (line) => line['evt.type'] === 'execve' && line['proc.cmdline'] === 'true from before',
    );
    assert.equal(line['proc.pname'], 'sh');
    assert.equal(line['proc.pcmdline'], 'sh -c read line; /bin/true from before; :');
  });
});
