import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fakePod } from './fake-pod.ts';
import { act, compileActor, type Line, type RunningSensor, sensorMissing, startSensor, workFolder } from './harness.ts';

interface Case {
  readonly type: string;
  /** Of actor.c; WORK is a folder. */
  readonly args: readonly string[];
  readonly fields: Line;
}

const ok = { 'evt.res': 'SUCCESS', 'evt.rawres': 0 };
// AT_FDCWD is -100.
const cases: readonly Case[] = [
  {
    type: 'mkdirat',
    args: ['call', 'mkdirat', '-100', 'WORK/made', '0700'],
    fields: { ...ok, 'evt.arg.path': 'WORK/made', 'evt.arg.mode': 0o700 },
  },
  { type: 'rmdir', args: ['call', 'rmdir', 'WORK/made'], fields: { ...ok, 'evt.arg.path': 'WORK/made' } },
  {
    type: 'rmdir',
    args: ['call', 'rmdir', 'WORK/none'],
    fields: { 'evt.res': 'ENOENT', 'evt.rawres': -2, 'evt.arg.path': 'WORK/none' },
  },
  {
    type: 'renameat2',
    args: ['call', 'renameat2', '-100', 'WORK/file', '-100', 'WORK/renamed', '0'],
    fields: { ...ok, 'evt.arg.oldpath': 'WORK/file', 'evt.arg.newpath': 'WORK/renamed' },
  },
  {
    type: 'linkat',
    args: ['call', 'linkat', '-100', 'WORK/renamed', '-100', 'WORK/linked', '0'],
    fields: { ...ok, 'evt.arg.oldpath': 'WORK/renamed', 'evt.arg.newpath': 'WORK/linked' },
  },
  {
    type: 'symlinkat',
    args: ['call', 'symlinkat', 'any target', '-100', 'WORK/symlink'],
    fields: { ...ok, 'evt.arg.target': 'any target', 'evt.arg.linkpath': 'WORK/symlink' },
  },
  {
    type: 'fchmodat',
    args: ['call', 'fchmodat', '-100', 'WORK/renamed', '04755'],
    fields: {
      ...ok,
      'evt.arg.filename': 'WORK/renamed',
      'evt.arg.mode': 'S_ISUID|S_IRUSR|S_IWUSR|S_IXUSR|S_IRGRP|S_IXGRP|S_IROTH|S_IXOTH',
    },
  },
  {
    type: 'fchmod',
    args: ['fchmod', '700', 'WORK/renamed'],
    fields: { ...ok, 'evt.arg.filename': 'WORK/renamed', 'evt.arg.mode': 'S_IRUSR|S_IWUSR|S_IXUSR' },
  },
  {
    type: 'unlinkat',
    args: ['call', 'unlinkat', '-100', 'WORK/linked', '0'],
    fields: { ...ok, 'evt.arg.path': 'WORK/linked' },
  },
  {
    type: 'mount',
    args: ['call', 'mount', 'WORK/renamed', 'WORK/none', 'tmpfs', '4096'],
    fields: {
      'evt.res': 'ENOENT',
      'evt.arg.dev': 'WORK/renamed',
      'evt.arg.dir': 'WORK/none',
      'evt.arg.type': 'tmpfs',
      'evt.arg.flags': 'MS_BIND',
    },
  },
  {
    type: 'umount',
    args: ['call', 'umount', 'WORK', '2'],
    fields: { 'evt.res': 'EINVAL', 'evt.arg.name': 'WORK', 'evt.arg.flags': 2 },
  },
  {
    type: 'setns',
    args: ['call', 'setns', '99', '0x20000'],
    fields: { 'evt.res': 'EBADF', 'evt.arg.fd': 99, 'evt.arg.nstype': 'CLONE_NEWNS' },
  },
  {
    type: 'unshare',
    args: ['call', 'unshare', '0x24000000'],
    fields: { ...ok, 'evt.arg.flags': 'CLONE_NEWUTS|CLONE_NEWPID' },
  },
  {
    type: 'ptrace',
    args: ['call', 'ptrace', '16', '999999'],
    fields: { 'evt.res': 'ESRCH', 'evt.arg.request': 'PTRACE_ATTACH', 'evt.arg.pid': 999999 },
  },
  {
    type: 'process_vm_writev',
    args: ['call', 'process_vm_writev', '999998', '0', '0', '0', '0', '0'],
    fields: { ...ok, 'evt.arg.pid': 999998 },
  },
  {
    type: 'setresuid',
    args: ['call', 'setresuid', '1', '2', '3'],
    fields: { ...ok, 'evt.arg.ruid': 1, 'evt.arg.euid': 2, 'evt.arg.suid': 3, 'user.uid': 1 },
  },
  { type: 'setuid', args: ['call', 'setuid', '7'], fields: { ...ok, 'evt.arg.uid': 7 } },
  { type: 'capset', args: ['call', 'capset', '0', '0'], fields: { 'evt.res': 'EFAULT' } },
  { type: 'bpf', args: ['call', 'bpf', '99', '0', '0'], fields: { 'evt.arg.cmd': '99' } },
  {
    type: 'memfd_create',
    args: ['call', 'memfd_create', 'secret', '1'],
    fields: { 'evt.res': 'SUCCESS', 'evt.arg.name': 'secret', 'evt.arg.flags': 1 },
  },
  { type: 'userfaultfd', args: ['call', 'userfaultfd', '3'], fields: { 'evt.arg.flags': 3 } },
  {
    type: 'mprotect',
    args: ['call', 'mprotect', '4096', '4096', '7'],
    fields: { 'evt.res': 'ENOMEM', 'evt.arg.addr': 4096, 'evt.arg.prot': 'PROT_READ|PROT_WRITE|PROT_EXEC' },
  },
  {
    type: 'exec_failed',
    args: ['call', 'execve', 'WORK/none', '0', '0'],
    fields: { 'evt.res': 'ENOENT', 'evt.rawres': -2, 'evt.failed': true, 'evt.arg.filename': 'WORK/none' },
  },
  { type: 'io_uring_setup', args: ['call', 'io_uring_setup', '8', '0'], fields: { 'evt.arg.entries': 8 } },
];

describe('system calls', { skip: await sensorMissing() }, () => {
  const work = workFolder();
  let sensor: RunningSensor;
  let actor = '';

  before(async () => {
    actor = await compileActor(work, 'actor');
    writeFileSync(join(work, 'file'), '');
    sensor = await startSensor();
  });
  after(() => sensor.stop());

  const inWork = (text: string): string => text.replaceAll('WORK', work);

  for (const { type, args, fields } of cases) {
    test(`${type}: ${args.join(' ')}`, async () => {
      const from = sensor.lines().length;
      const command = args.map(inWork);
      const { status } = await act(actor, ...command);
      assert.equal(status !== 0, fields['evt.rawres'] !== 0 && fields['evt.res'] !== 'SUCCESS');
      const cmdline = `actor ${command.join(' ')}`;
      const wanted = Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? inWork(value) : value]),
      );
      const seen = await sensor.find(
        type,
        (line) => line['evt.type'] === type && line['proc.cmdline'] === cmdline,
        from,
      );
      assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, seen[name]])), wanted);
    });
  }

  test('paths that are relative to the working directory, or to a descriptor, are told whole', async () => {
    const from = sensor.lines().length;
    mkdirSync(join(work, 'below'));
    await act('sh', '-c', `cd ${work}/below && exec ${actor} call mkdirat -100 ../beside/../new 0700`);
    const made = await sensor.find('mkdirat', (line) => line['evt.type'] === 'mkdirat', from);
    assert.equal(made['evt.arg.path'], join(work, 'new'));
    await act('sh', '-c', `exec 9<${work}/below && exec ${actor} call symlinkat x 9 link`);
    const linked = await sensor.find('symlinkat', (line) => line['evt.type'] === 'symlinkat', from);
    assert.equal(linked['evt.arg.linkpath'], join(work, 'below/link'));
  });

  const { PORTOLAN_SPARE_MODULE: spare = '' } = process.env; // dummy.ko, where test/kernels runs us
  test('a kernel module that is loaded, and removed', { skip: spare === '' && 'no module to load' }, async () => {
    const from = sensor.lines().length;
    const find = (type: string): Promise<Line> => sensor.find(type, (line) => line['evt.type'] === type, from);
    const load = await act('sh', '-c', `exec 9<${spare} && exec ${actor} call finit_module 9 numdummies=0 0`);
    assert.equal(load.status, 0, load.out);
    const loaded = await find('finit_module');
    assert.deepEqual([loaded['evt.arg.uargs'], loaded['evt.res']], ['numdummies=0', 'SUCCESS']);
    await act(actor, 'call', 'delete_module', 'dummy', '0');
    const removed = await find('delete_module');
    assert.deepEqual([removed['evt.arg.name'], removed['evt.res']], ['dummy', 'SUCCESS']);
  });

  test('a signal into a container, with whose it is', async () => {
    const pod = fakePod();
    const sleeper = spawn('sh', ['-c', `echo $$ > ${pod.cgroup}/cgroup.procs && exec sleep 120`]);
    await sensor.find('the sleeper', (line) => line['proc.cmdline'] === 'sleep 120' && line['k8s.pod.uid'] === pod.uid);
    const sent = await act(actor, 'call', 'kill', String(sleeper.pid), '9');
    assert.equal(sent.status, 0, sent.out);
    const kill = await sensor.find(
      'kill',
      (line) => line['evt.type'] === 'kill' && line['evt.arg.pid'] === sleeper.pid,
    );
    assert.equal(kill['evt.arg.sig'], 'SIGKILL');
    assert.equal(kill['container.id'], 'host');
    assert.equal(kill['target.proc.name'], 'sleep');
    assert.equal(kill['target.k8s.pod.uid'], pod.uid);
    assert.equal(kill['target.container.id'], pod.containerId.slice(0, 12));
    const end = await sensor.find(
      'its end',
      (line) => line['evt.type'] === 'procexit' && line['proc.pid'] === sleeper.pid,
    );
    assert.equal(end['evt.arg.sig'], 9);
    await pod.remove();
  });
});
