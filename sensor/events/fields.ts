import type { ContainerDetails } from '../enrich/container.ts';
import type { Identity, Process } from '../enrich/process.ts';
import type { Fields, FieldValue, Image } from '../probes/probe.ts';
import type { SensorEvent } from './event.ts';

/** What fields are made with. */
export interface Naming {
  readonly time: (boot: number) => string;
  readonly user: (uid: number) => string | undefined;
  readonly group: (gid: number) => string | undefined;
}

/** Every field of an event, by Falco's names. */
export function eventFields(event: SensorEvent, naming: Naming): Fields {
  return {
    'evt.time': naming.time(event.time),
    'evt.type': event.type,
    'evt.count': event.count,
    ...(event.count === 1 ? {} : { 'evt.time.last': naming.time(event.last) }),
    ...ownFields(event),
    ...processFields(event, naming),
  };
}

/** The fields of the event itself, and those of the process it is done to. */
export function ownFields({ fields, target }: SensorEvent): Fields {
  if (!target) return fields;
  const { process, container } = target;
  return {
    ...fields,
    'target.proc.name': process.self.image?.name ?? '',
    ...(container === null ? { 'target.container.id': 'host' } : {}),
    ...(container?.id ? { 'target.container.id': container.id.slice(0, 12) } : {}),
    ...(container?.podUid ? { 'target.k8s.pod.uid': container.podUid } : {}),
  };
}

/** The fields that an event has from its process: the same for many events. */
export function processFields({ process, container, uid, gid, tid }: SensorEvent, naming: Naming): Fields {
  const { self, ancestors } = process;
  const fields: Record<string, FieldValue> = {
    'proc.pid': self.pid,
    'thread.tid': tid,
    'proc.vpid': self.vpid,
    ...imageFields(self.image, naming),
    ...parentFields(ancestors),
    'user.uid': uid,
    'group.gid': gid,
  };
  const name = naming.user(uid);
  if (name !== undefined) fields['user.name'] = name;
  const group = naming.group(gid);
  if (group !== undefined) fields['group.name'] = group;
  const leader = sessionLeader(process);
  if (leader) fields['proc.sname'] = leader.name;
  if (container === null) fields['container.id'] = 'host';
  if (container?.id) {
    fields['container.id'] = container.id.slice(0, 12);
    fields['container.full_id'] = container.id;
    fields['container.runtime'] = container.runtime;
  }
  if (container?.podUid) fields['k8s.pod.uid'] = container.podUid;
  return container?.details ? { ...fields, ...detailFields(container.details) } : fields;
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

function detailFields(details: ContainerDetails): Fields {
  const { name, image, pod, namespace } = details;
  return {
    ...(name === null ? {} : { 'container.name': name }),
    ...(image === null ? {} : imageNameFields(image)),
    ...(pod === null ? {} : { 'k8s.pod.name': pod }),
    ...(namespace === null ? {} : { 'k8s.ns.name': namespace }),
  };
}

/** Of `repository[:tag][@digest]`; a colon before a slash is that of a port. */
function imageNameFields(image: string): Fields {
  const [name = '', digest] = image.split('@');
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  return {
    'container.image': image,
    'container.image.repository': hasTag ? name.slice(0, colon) : name,
    ...(hasTag ? { 'container.image.tag': name.slice(colon + 1) } : {}),
    ...(digest === undefined ? {} : { 'container.image.digest': digest }),
  };
}

function imageFields(image: Image | null, naming: Naming): Fields {
  if (image === null) return {};
  const { argv, capabilities, namespaces } = image;
  const login = naming.user(image.loginuid);
  return {
    'proc.name': image.name,
    'proc.exe': argv[0] ?? '',
    'proc.exepath': image.exepath,
    'proc.args': argv.slice(1).join(' '),
    'proc.cmdline': commandLine(image),
    'proc.cwd': image.cwd,
    'proc.tty': image.tty,
    'proc.sid': image.session,
    'proc.pgid': image.group,
    'proc.vpgid': image.vgroup,
    'proc.is_vpgid_leader': image.vgroup === image.vpid,
    'proc.is_exe_upper_layer': image.upperLayer,
    'proc.is_exe_from_memfd': image.memfd,
    'proc.is_exe_unlinked': image.unlinked,
    'thread.cap_effective': capabilities.effective,
    'thread.cap_permitted': capabilities.permitted,
    'thread.cap_inheritable': capabilities.inheritable,
    'proc.ns.mnt': namespaces.mnt,
    'proc.ns.pid': namespaces.pid,
    'proc.ns.net': namespaces.net,
    'proc.ns.user': namespaces.user,
    'user.loginuid': image.loginuid,
    ...(login === undefined ? {} : { 'user.loginname': login }),
  };
}

function parentFields(ancestors: Process['ancestors']): Fields {
  const [parent] = ancestors;
  if (!parent) return {};
  const fields: Record<string, FieldValue> = {
    'proc.ppid': parent.pid,
    'proc.pname': parent.image?.name ?? '',
    'proc.pexe': parent.image?.argv[0] ?? '',
    'proc.pexepath': parent.image?.exepath ?? '',
    'proc.pcmdline': parent.image ? commandLine(parent.image) : '',
  };
  ancestors.forEach(({ image }: Identity, index) => {
    fields[`proc.aname[${index + 1}]`] = image?.name ?? '';
    fields[`proc.aexepath[${index + 1}]`] = image?.exepath ?? '';
  });
  return fields;
}

/** As Falco's proc.cmdline: the name of the process, then its arguments. */
function commandLine({ name, argv }: Image): string {
  return [name, ...argv.slice(1)].join(' ');
}
