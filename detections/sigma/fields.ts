import type { SourceName } from '../engine/fields/sources.ts';

/** What a field of Sigma is called by the engine: a field, with an argument if it takes one; several, any of which may fit. */
export interface MappedField {
  readonly names: readonly { readonly name: string; readonly argument: string | null }[];
  /** By which addresses are compared with blocks. */
  readonly network?: string;
  /** Of true and false, the field of the engine says the opposite. */
  readonly opposite?: true;
}

/** Where the events of a logsource come from, and which of them it means. */
export interface LogSource {
  readonly source: SourceName;
  /** Of which events, as a condition of the rule language; null for all. */
  readonly condition: string;
  /** What keywords are searched in. */
  readonly fullText: string;
  /** By what a person recognises an event. */
  readonly shown: readonly string[];
  readonly field: (name: string) => MappedField | undefined;
  /** Fields of Sigma's taxonomy that no event here has. */
  readonly absent: ReadonlySet<string>;
}

function named(name: string, network?: string): MappedField {
  return { names: [{ name, argument: null }], ...(network === undefined ? {} : { network }) };
}

const process: Readonly<Record<string, MappedField>> = {
  Image: named('proc.exepath'),
  CommandLine: named('proc.exeline'),
  CurrentDirectory: named('proc.cwd'),
  ProcessId: named('proc.pid'),
  ParentImage: named('proc.pexepath'),
  ParentCommandLine: named('proc.pexeline'),
  ParentProcessId: named('proc.ppid'),
  User: named('user.name'),
  LogonId: named('user.loginuid'),
};
const file: Readonly<Record<string, MappedField>> = { ...process, TargetFilename: named('fd.name') };
const network: Readonly<Record<string, MappedField>> = {
  ...process,
  Initiated: { ...named('fd.is_server'), opposite: true },
  DestinationIp: named('fd.sip', 'fd.snet'),
  DestinationHostname: named('fd.sip.name'),
  DestinationPort: named('fd.sport'),
  SourceIp: named('fd.cip', 'fd.cnet'),
  SourceHostname: named('fd.cip.name'),
  SourcePort: named('fd.cport'),
  Protocol: named('fd.l4proto'),
};

/** https://sigmahq.io/sigma-specification/specification/sigma-appendix-taxonomy.html */
const absent: ReadonlySet<string> = new Set([
  ...['UtcTime', 'CreationUtcTime', 'ProcessGuid', 'ParentProcessGuid', 'LogonGuid', 'TerminalSessionId'],
  ...['FileVersion', 'Description', 'Product', 'Company', 'OriginalFileName', 'IntegrityLevel', 'ParentUser'],
  ...['Hashes', 'md5', 'sha1', 'sha256', 'Imphash', 'imphash', 'RuleName', 'Provider_Name', 'Computer'],
  ...['SourceIsIpv6', 'SourcePortName', 'DestinationIsIpv6', 'DestinationPortName'],
]);

const containers = ['containers', 'initContainers', 'ephemeralContainers'];
const audit: Readonly<Record<string, MappedField>> = {
  verb: named('ka.verb'),
  requestURI: named('ka.uri'),
  userAgent: named('ka.useragent'),
  username: named('ka.user.name'),
  'user.username': named('ka.user.name'),
  'user.groups': named('ka.user.groups'),
  sourceIPs: named('ka.sourceips', 'ka.sourceips.net'),
  'objectRef.resource': named('ka.target.resource'),
  'objectRef.subresource': named('ka.target.subresource'),
  'objectRef.namespace': named('ka.target.namespace'),
  'objectRef.name': named('ka.target.name'),
  'objectRef.apiGroup': named('ka.target.apigroup'),
  apiGroup: named('ka.target.apigroup'),
  'responseStatus.code': named('ka.response.code'),
  // Public rules use these two without a path: they mean them anywhere in the pods that a request makes.
  hostPath: named('ka.req.pod.volumes.hostpath'),
  capabilities: {
    names: containers.map((group) => ({ name: `ka.req.pod.${group}.add_capabilities`, argument: null })),
  },
};

/** Whatever else stands in an audit event is found by its path, for which annotations are one level. */
function auditField(name: string): MappedField | undefined {
  const known = audit[name];
  if (known !== undefined) return known;
  if (name.startsWith('ka.')) return named(name);
  const path = name.startsWith('annotations.') ? ['annotations', name.slice(12)] : name.split('.');
  const pointer = path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { names: [{ name: 'jevt.value', argument: pointer }] };
}

const nodeShown = ['proc.cmdline', 'proc.pname', 'user.name', 'container.id', 'k8s.pod.uid'];

function ofNode(
  condition: string,
  fullText: string,
  fields: Readonly<Record<string, MappedField>>,
  shown: readonly string[] = [],
): LogSource {
  return {
    source: 'syscall',
    condition,
    fullText,
    shown: [...shown, ...nodeShown],
    field: (name) => fields[name] ?? (/^[a-z0-9]+\./.test(name) ? named(name) : undefined),
    absent,
  };
}

const opens = 'evt.type in (open, openat, openat2, creat)';

/** Of Linux, by category. */
export const linux: Readonly<Record<string, LogSource>> = {
  process_creation: ofNode('evt.type in (execve, execveat)', 'proc.exeline', process),
  file_event: ofNode(`${opens} and evt.is_open_write = true`, 'fd.name', file, ['fd.name']),
  file_access: ofNode(`${opens} and evt.is_open_read = true`, 'fd.name', file, ['fd.name']),
  network_connection: ofNode('evt.type in (connect, accept, accept4)', 'fd.name', network, ['fd.name']),
};

/** The audit log of Kubernetes. A request is told of at several stages: its arrival is left out. */
export const kubernetesAudit: LogSource = {
  source: 'k8s_audit',
  condition: 'ka.stage != RequestReceived',
  fullText: 'jevt.value[/]',
  shown: ['ka.user.name', 'ka.verb', 'ka.target.resource', 'ka.target.namespace', 'ka.target.name', 'ka.sourceips'],
  field: auditField,
  absent: new Set(),
};
