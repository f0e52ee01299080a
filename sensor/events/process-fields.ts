import { ancestorLimit, type Process } from '../enrich/process.ts';
import type { FieldValue, Image } from '../probes/probe.ts';
import type { SensorEvent } from './event.ts';

/** What fields are made with. */
export interface Naming {
  readonly time: (boot: number) => string;
  readonly user: (uid: number) => string | undefined;
  readonly group: (gid: number) => string | undefined;
  /** Of an address, what a name server called it. */
  readonly host: (address: string) => string | undefined;
}

/** Reads one field; undefined where the event has none. */
export type Reader = (event: SensorEvent, naming: Naming) => FieldValue | undefined;
export type Readers = readonly (readonly [name: string, read: Reader])[];

function ofImage(read: (image: Image, naming: Naming) => FieldValue | undefined): Reader {
  return ({ process }, naming) => (process.self.image === null ? undefined : read(process.self.image, naming));
}

/** Of an ancestor, counted from the parent at 0; empty where nothing but its pid is known. */
function ofAncestor(level: number, read: (image: Image) => string): Reader {
  return ({ process: { ancestors } }) => {
    const ancestor = ancestors[level];
    return ancestor && (ancestor.image === null ? '' : read(ancestor.image));
  };
}

const imageReaders: Readers = [
  ['proc.name', ofImage(({ name }) => name)],
  ['proc.exe', ofImage(({ argv }) => argv[0] ?? '')],
  ['proc.exepath', ofImage(({ exepath }) => exepath)],
  ['proc.args', ofImage(({ argv }) => argv.slice(1).join(' '))],
  ['proc.cmdline', ofImage(commandLine)],
  ['proc.cwd', ofImage(({ cwd }) => cwd)],
  ['proc.tty', ofImage(({ tty }) => tty)],
  ['proc.sid', ofImage(({ session }) => session)],
  ['proc.pgid', ofImage(({ group }) => group)],
  ['proc.vpgid', ofImage(({ vgroup }) => vgroup)],
  ['proc.is_vpgid_leader', ofImage(({ vgroup, vpid }) => vgroup === vpid)],
  ['proc.is_exe_upper_layer', ofImage(({ upperLayer }) => upperLayer)],
  ['proc.is_exe_from_memfd', ofImage(({ memfd }) => memfd)],
  ['proc.is_exe_unlinked', ofImage(({ unlinked }) => unlinked)],
  ['thread.cap_effective', ofImage(({ capabilities }) => capabilities.effective)],
  ['thread.cap_permitted', ofImage(({ capabilities }) => capabilities.permitted)],
  ['thread.cap_inheritable', ofImage(({ capabilities }) => capabilities.inheritable)],
  ['proc.ns.mnt', ofImage(({ namespaces }) => namespaces.mnt)],
  ['proc.ns.pid', ofImage(({ namespaces }) => namespaces.pid)],
  ['proc.ns.net', ofImage(({ namespaces }) => namespaces.net)],
  ['proc.ns.user', ofImage(({ namespaces }) => namespaces.user)],
  ['user.loginuid', ofImage(({ loginuid }) => loginuid)],
  ['user.loginname', ofImage(({ loginuid }, naming) => naming.user(loginuid))],
];

const ancestorReaders: Readers = [
  ['proc.ppid', ({ process }) => process.ancestors[0]?.pid],
  ['proc.pname', ofAncestor(0, ({ name }) => name)],
  ['proc.pexe', ofAncestor(0, ({ argv }) => argv[0] ?? '')],
  ['proc.pexepath', ofAncestor(0, ({ exepath }) => exepath)],
  ['proc.pcmdline', ofAncestor(0, commandLine)],
  ...Array.from(
    { length: ancestorLimit },
    (_, level): Readers => [
      [`proc.aname[${level + 1}]`, ofAncestor(level, ({ name }) => name)],
      [`proc.aexe[${level + 1}]`, ofAncestor(level, ({ argv }) => argv[0] ?? '')],
      [`proc.aexepath[${level + 1}]`, ofAncestor(level, ({ exepath }) => exepath)],
    ],
  ).flat(),
];

const containerReaders: Readers = [
  ['container.id', ({ container }) => (container === null ? 'host' : container?.id?.slice(0, 12))],
  ['container.full_id', ({ container }) => container?.id ?? undefined],
  ['container.runtime', ({ container }) => (container?.id ? container.runtime : undefined)],
  ['k8s.pod.uid', ({ container }) => container?.podUid ?? undefined],
  ['container.name', ({ container }) => container?.details?.name ?? undefined],
  ['container.image', ({ container }) => container?.details?.image ?? undefined],
  ['container.image.repository', ({ container }) => imageName(container?.details?.image)?.repository],
  ['container.image.tag', ({ container }) => imageName(container?.details?.image)?.tag],
  ['container.image.digest', ({ container }) => imageName(container?.details?.image)?.digest],
  ['container.privileged', ({ container }) => container?.details?.privileged ?? undefined],
  ['k8s.pod.name', ({ container }) => container?.details?.pod ?? undefined],
  ['k8s.ns.name', ({ container }) => container?.details?.namespace ?? undefined],
];

/** What an event has from its process and container, field by field. */
export const processReaders: Readers = [
  ['proc.pid', ({ process }) => process.self.pid],
  ['thread.tid', ({ tid }) => tid],
  ['proc.vpid', ({ process }) => process.self.vpid],
  ...imageReaders,
  ...ancestorReaders,
  ['user.uid', ({ uid }) => uid],
  ['group.gid', ({ gid }) => gid],
  ['user.name', ({ uid }, naming) => naming.user(uid)],
  ['group.name', ({ gid }, naming) => naming.group(gid)],
  ['proc.sname', ({ process }) => sessionLeader(process)?.name],
  ...containerReaders,
];

/** What rules may ask for and lines do without: long, and the same for all that a container does; or secret. */
export const longReaders: Readers = [
  ['container.mounts', ({ container }) => container?.details?.mounts ?? undefined],
  ['proc.env', ofImage(({ environment }) => environment ?? undefined)],
  ...Array.from({ length: ancestorLimit }, (_, level): Readers[number] => [
    `proc.aenv[${level + 1}]`,
    ({ process }) => process.ancestors[level]?.image?.environment ?? undefined,
  ]),
];

/** As Falco's proc.cmdline: the name of the process, then its arguments. */
function commandLine({ name, argv }: Image): string {
  return [name, ...argv.slice(1)].join(' ');
}

/** What leads the session of a process: by its id, or else, as it may be gone, the highest ancestor of that session. */
function sessionLeader({ self, ancestors }: Process): Image | null {
  const session = self.image?.session;
  if (!session) return null;
  const family = [self, ...ancestors];
  const leader =
    family.find(({ pid }) => pid === session) ?? family.findLast(({ image }) => image?.session === session);
  return leader?.image ?? null;
}

/** Of `repository[:tag][@digest]`; a colon before a slash is that of a port. */
function imageName(image: string | null | undefined) {
  if (image === null || image === undefined) return undefined;
  const [name = '', digest] = image.split('@');
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  return {
    repository: hasTag ? name.slice(0, colon) : name,
    tag: hasTag ? name.slice(colon + 1) : undefined,
    digest,
  };
}
