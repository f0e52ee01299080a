import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { act } from './harness.ts';

/** A container's cgroup, laid out as the kubelet and containerd do with systemd's driver. */
export interface FakePod {
  readonly uid: string;
  readonly containerId: string;
  readonly cgroup: string;
  /** Runs a command in it, in namespaces of its own. */
  run(...command: readonly string[]): ReturnType<typeof act>;
  /** Runs a command in its cgroup alone. */
  runPlain(...command: readonly string[]): ReturnType<typeof act>;
  remove(): Promise<void>;
}

const unshare = [
  '--user',
  '--map-root-user',
  '--mount',
  '--pid',
  '--fork',
  '--uts',
  '--ipc',
  '--net',
  '--cgroup',
  '--mount-proc',
];

/** Where cgroup v2 is mounted: alone, or beside v1. */
function cgroup2(): string {
  const found = /^cgroup2 (\S+) /m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1];
  if (found === undefined) throw new Error('cgroup v2 is not mounted');
  return found;
}

export function fakePod(): FakePod {
  const uid = randomUUID();
  const containerId = randomBytes(32).toString('hex');
  const slice = `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`;
  const cgroup = join(cgroup2(), slice, `cri-containerd-${containerId}.scope`);
  mkdirSync(cgroup, { recursive: true });
  const enter = `echo $$ > ${cgroup}/cgroup.procs && exec "$@"`;
  return {
    uid,
    containerId,
    cgroup,
    run: (...command) => act('sh', '-c', enter, 'enter', 'unshare', ...unshare, ...command),
    runPlain: (...command) => act('sh', '-c', enter, 'enter', ...command),
    async remove() {
      for (let attempt = 0; ; attempt++) {
        try {
          rmdirSync(cgroup);
          rmdirSync(dirname(cgroup));
          return;
        } catch (error) {
          if (attempt === 100) throw error; // EBUSY: the last process is still on its way out
          await sleep(50);
        }
      }
    },
  };
}
