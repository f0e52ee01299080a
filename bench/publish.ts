// Measures the publisher: whether it keeps up with 2,000 records a second within 0.06 CPU and 200 MiB, and that above what it can
// deliver the spool sheds by class, all of it counted.
//
//   sudo scripts/node bench/publish.ts [--seconds 30] [--rate 2000] [--flood 20000]
//
// The publisher is the command itself, under the limits where the machine has cgroup v1's cpu and memory controllers, against an
// HTTPS receiver in this process. Records are lines of an exec with all its fields; no two are the same.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { byClass, type RecordClass, recordClasses } from '../sensor/publish/record.ts';
import { SpoolWriter } from '../sensor/publish/spool/spool-writer.ts';
import { root } from '../test/runner/files.ts';
import { receiver } from '../test/sensor/receiver.ts';
import { createAuthority, issueServer } from '../test/testbed/certificates.ts';
import { temporaryFolder } from '../test/testbed/temporary.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    rate: { type: 'string', default: '2000' },
    flood: { type: 'string', default: '20000' },
  },
});
const seconds = Number(values.seconds);
const mebibyte = 1 << 20;
const cpuLimit = 0.06;
const memoryLimitMiB = 200;

const groups = ['cpu', 'memory'].map((controller) => `/sys/fs/cgroup/${controller}/portolan-publish`);
const limited = groups.every((group) => existsSync(join(group, '../cgroup.procs')));
if (limited) {
  const [cpu = '', memory = ''] = groups;
  for (const group of groups) mkdirSync(group, { recursive: true });
  writeFileSync(join(cpu, 'cpu.cfs_quota_us'), String(cpuLimit * 100_000));
  writeFileSync(join(memory, 'memory.limit_in_bytes'), String(memoryLimitMiB * mebibyte));
}

const authority = createAuthority();
const identity = issueServer(authority, { commonName: 'gateway' }, ['127.0.0.1']);

function line(number: number): string {
  const fields = {
    'evt.time': `2026-01-02T03:04:05.${String(number % 1e9).padStart(9, '0')}Z`,
    'evt.type': 'execve',
    'evt.rawres': 0,
    'proc.pid': 1000 + (number % 30_000),
    'thread.tid': 1000 + (number % 30_000),
    'proc.vpid': 1 + (number % 500),
    'proc.name': 'worker',
    'proc.exe': '/usr/local/bin/worker',
    'proc.exepath': '/usr/local/bin/worker',
    'proc.args': `--job ${number} --shard ${number % 97} --queue https://queue.example/v1/jobs`,
    'proc.cmdline': `worker --job ${number} --shard ${number % 97} --queue https://queue.example/v1/jobs`,
    'proc.cwd': '/srv/app',
    'proc.tty': 0,
    'proc.is_exe_upper_layer': false,
    'thread.cap_effective': '00000000a80425fb',
    'thread.cap_permitted': '00000000a80425fb',
    'user.loginuid': -1,
    'proc.ppid': 900,
    'proc.pname': 'sh',
    'proc.pexe': '/bin/sh',
    'proc.pcmdline': 'sh -c /entrypoint.sh',
    'proc.aname[1]': 'sh',
    'proc.aname[2]': 'containerd-shim',
    'proc.aname[3]': 'systemd',
    'user.uid': 1000,
    'group.gid': 1000,
    'container.id': '4f2d7c1b9a3e',
    'container.full_id': '4f2d7c1b9a3e4f2d7c1b9a3e4f2d7c1b9a3e4f2d7c1b9a3e4f2d7c1b9a3e4f2d',
    'container.runtime': 'containerd',
    'k8s.pod.uid': 'b2d5c6a0-1f0e-4c55-9a3b-6f3a3c1d2e4f',
  };
  return `${JSON.stringify(fields)}\n`;
}

/** CPU seconds and the most resident MiB of a process. */
function costOf(pid: number): { readonly cpu: number; readonly residentMiB: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const peak = Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, residentMiB: peak / 1024 };
}

/** Shares of what is written, of the whole. */
const mix: Readonly<Record<RecordClass, number>> = { gap: 0, alert: 0.02, process: 0.48, connection: 0.2, event: 0.3 };

async function run(name: string, rate: number, spoolMiB: number): Promise<void> {
  const home = temporaryFolder();
  const folder = join(home, 'spool');
  const gateway = receiver({ cert: identity.certificate, key: identity.key });
  await gateway.start();
  writeFileSync(join(home, 'ca.pem'), authority.certificate);
  writeFileSync(join(home, 'token'), 'token');
  const spool = new SpoolWriter({ folder, limitBytes: spoolMiB * mebibyte });
  const enter = limited ? groups.map((group) => `echo $$ > ${group}/cgroup.procs && `).join('') : '';
  const files = ['--token-file', join(home, 'token'), '--ca-file', join(home, 'ca.pem')];
  const child: ChildProcess = spawn(
    'sh',
    ['-c', `${enter}exec "$@"`, 'sh', join(root, 'portolan'), 'sensor', '--spool', folder]
      .concat(['--publish', `https://127.0.0.1:${gateway.port}`])
      .concat(files),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const pid = child.pid as number;
  const written = byClass(0);
  const write = (recordClass: RecordClass, count: number): void => {
    if (count === 0) return;
    const lines = Array.from({ length: count }, (_, index) => line(written[recordClass] + index));
    spool.append(recordClass, Buffer.from(lines.join('')), count);
    written[recordClass] += count;
  };
  write('process', 1);
  for (let waited = 0; gateway.taken.length === 0 && waited < 60_000; waited += 50) await sleep(50);
  const before = costOf(pid);
  const started = performance.now();
  for (let tick = 1; tick <= seconds * 4; tick++) {
    for (const recordClass of recordClasses) {
      const due = Math.round(((rate * mix[recordClass]) / 4) * tick) - written[recordClass];
      for (let left = due; left > 0; left -= 100) write(recordClass, Math.min(left, 100));
    }
    await sleep(Math.max(0, started + tick * 250 - performance.now()));
  }
  const elapsed = (performance.now() - started) / 1000;
  const during = costOf(pid);
  const arrived = gateway.taken.length;
  for (const recordClass of recordClasses) write(recordClass, 1); // tells of what is missing before it
  const total = (): number =>
    gateway.taken.length + Object.values(gateway.missing).reduce((sum, missing) => sum + missing, 0);
  const all = Object.values(written).reduce((sum, count) => sum + count, 0);
  for (let waited = 0; total() < all && waited < 300_000; waited += 100) await sleep(100);
  const drained = (performance.now() - started) / 1000 - elapsed;
  child.kill('SIGTERM');
  await once(child, 'close');
  await gateway.stop();
  spool.close();
  rmSync(home, { recursive: true });

  const cpu = during.cpu - before.cpu;
  console.log(`${name}: ${rate} records/s for ${elapsed.toFixed(0)} s, spool of ${spoolMiB} MiB`);
  console.log(
    `  arrived meanwhile: ${(arrived / elapsed).toFixed(0)} records/s; the rest took ${drained.toFixed(1)} s`,
  );
  const micros = ((cpu * 1e6) / arrived).toFixed(1);
  console.log(
    `  ${(cpu / elapsed).toFixed(3)} CPU, ${micros} µs a record; resident at most ${during.residentMiB.toFixed(0)} MiB`,
  );
  for (const recordClass of recordClasses) {
    const delivered = gateway.taken.filter((record) => record.class === recordClass).length;
    const missing = gateway.missing[recordClass] ?? 0;
    const exact = delivered + missing === written[recordClass];
    console.log(`  ${recordClass}: ${written[recordClass]} = ${delivered} delivered + ${missing} shed: ${exact}`);
  }
}

console.log(limited ? `under ${cpuLimit} CPU and ${memoryLimitMiB} MiB` : 'without limits, as there is no cgroup v1');
await run('keeping up', Number(values.rate), 128);
await run('too much', Number(values.flood), 16);
if (limited) for (const group of groups) rmdirSync(group);
