import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { act } from './harness.ts';

/** A container's cgroup, laid out as the kubelet and containerd do with systemd's driver. */
export interface FakePod {
  readonly uid: string;
  readonly containerId: string;
  readonly cgroup: string;
  /** Its id, as an event has it. */
  readonly cgroupId: bigint;
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

/** Where cgroup v2 is mounted, alone or beside v1, or else the v1 hierarchy that counts processes. */
function cgroups(): { readonly folder: string; readonly idBit: bigint } {
  const mounts = readFileSync('/proc/mounts', 'utf8');
  const v2 = /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
  if (v2 !== undefined) return { folder: v2, idBit: 0n };
  const v1 = /^\S+ (\S+) cgroup \S*\bpids\b/m.exec(mounts)?.[1];
  if (v1 !== undefined) return { folder: v1, idBit: 1n << 52n };
  throw new Error('no cgroups are mounted');
}

export function fakePod(): FakePod {
  const uid = randomUUID();
  const containerId = randomBytes(32).toString('hex');
  const slice = `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`;
  const { folder, idBit } = cgroups();
  const cgroup = join(folder, slice, `cri-containerd-${containerId}.scope`);
  mkdirSync(cgroup, { recursive: true });
  const enter = `echo $$ > ${cgroup}/cgroup.procs && exec "$@"`;
  return {
    uid,
    containerId,
    cgroup,
    cgroupId: BigInt(statSync(cgroup).ino) | idBit,
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
