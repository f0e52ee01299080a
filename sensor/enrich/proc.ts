import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type Image, type NamespaceKind, namespaceKinds } from '../probes/probe.ts';

/** /proc tells start times in ticks of USER_HZ, which is 100 on every architecture that we run on. */
export const procTickNs = 10_000_000;

/** What /proc tells of a process. */
export interface SnapshotProcess {
  readonly pid: number;
  /** CLOCK_BOOTTIME, ns, rounded down to the tick. */
  readonly start: number;
  readonly parent: number;
  readonly image: Image;
}

/** Every process there is; those that end while we read are left out. */
export function* snapshotProcesses(): Generator<SnapshotProcess> {
  for (const pid of processIds()) {
    const found = findProcess(pid);
    if (found) yield found;
  }
}

export function processIds(): ReadonlySet<number> {
  return new Set(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
  );
}

/** A process by its id in our pid namespace, which is to be the initial one; undefined when there is none. */
export function findProcess(pid: number): SnapshotProcess | undefined {
  const stat = readFile(pid, 'stat');
  const status = readFile(pid, 'status');
  if (stat === '' || status === '') return undefined;
  // proc(5): the name in parentheses may itself hold parentheses; fields from the third on follow the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  const line = (key: string): string => new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  const own = (key: string): number => Number(line(key).split('\t').at(-1) ?? 0);
  const cmdline = readFile(pid, 'cmdline');
  const exepath = link(pid, 'exe');
  return {
    pid,
    start: field(22) * procTickNs,
    parent: field(4),
    image: {
      name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
      exepath: exepath.replace(/ \(deleted\)$/, ''),
      argv: cmdline === '' ? [] : cmdline.replace(/\0$/, '').split('\0'),
      cwd: link(pid, 'cwd'),
      environment: null,
      loginuid: Number(readFile(pid, 'loginuid') || 0xffffffff) | 0,
      tty: field(7),
      session: field(6),
      group: field(5),
      vpid: own('NSpid'),
      vgroup: own('NSpgid'),
      capabilities: { effective: line('CapEff'), permitted: line('CapPrm'), inheritable: line('CapInh') },
      namespaces: Object.fromEntries(
        namespaceKinds.map((kind) => [kind, Number(/\d+/.exec(link(pid, `ns/${kind}`))?.[0] ?? 0)]),
      ) as Record<NamespaceKind, number>,
      upperLayer: false, // /proc does not tell
      memfd: exepath.startsWith('/memfd:'),
      unlinked: exepath.endsWith(' (deleted)') && !exepath.startsWith('/memfd:'),
    },
  };
}

/** Empty when it cannot be read: the process has ended, or is not ours to look at. */
function readFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

function link(pid: number, name: string): string {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return '';
  }
}
