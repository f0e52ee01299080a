import type { Argument, Field, FieldType, Getter, Value } from './field.ts';

/** A node event as the sensor's lines have it: Falco's field names, and `proc.aname[2]` for an ancestor. */
export type NodeEvent = Readonly<Record<string, Value | undefined>>;

export function text(value: Value | undefined): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

/** Remembers the last text and what came of it: consecutive rules ask about the same one. */
export function ofText(name: string, derive: (text: string) => string | undefined): Getter<NodeEvent> {
  let last = '';
  let derived: string | undefined = derive('');
  return (event) => {
    const value = event[name];
    if (typeof value !== 'string') return undefined;
    if (value !== last) {
      derived = derive(value);
      last = value;
    }
    return derived;
  };
}

const fileTypes: Readonly<Record<string, string>> = { f: 'file', 4: 'ipv4', 6: 'ipv6', u: 'unix' };

/** linux/capability.h, by number. */
const capabilities = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
];

/** `000001ffffffffff` as `CAP_CHOWN CAP_DAC_OVERRIDE ...`, which is how rules know capabilities. */
function capabilityNames(value: string): string {
  if (!/^[0-9a-f]{16}$/.test(value)) return value;
  const bits = BigInt(`0x${value}`);
  return capabilities.flatMap((name, bit) => ((bits >> BigInt(bit)) & 1n ? [`CAP_${name}`] : [])).join(' ');
}

function isFile(event: NodeEvent): boolean {
  const type = event['fd.typechar'];
  return type === undefined || type === 'f';
}

function ofFile(get: Getter<NodeEvent>): Getter<NodeEvent> {
  return (event, turn) => (isFile(event) ? get(event, turn) : undefined);
}

function eventArguments(event: NodeEvent): string | undefined {
  const found = Object.keys(event).filter((name) => name.startsWith('evt.arg.'));
  return found.length === 0 ? undefined : found.map((name) => `${name.slice(8)}=${text(event[name])}`).join(' ');
}

function milliseconds(event: NodeEvent): number | undefined {
  const time = event['evt.time'];
  return typeof time === 'string' ? Date.parse(time) : undefined;
}

/** Falco's: it was made by this open, and may be run. */
function isOpenExec(event: NodeEvent): boolean | undefined {
  const [isCreated, mode] = [event['evt.is_open_create'], event['evt.arg.mode']];
  if (typeof isCreated !== 'boolean' || typeof mode !== 'number') return undefined;
  return isCreated && (mode & 0o111) !== 0;
}

/** The datagrams that are told of name an address, which a socket does that is not connected. */
function isConnected(event: NodeEvent): boolean | undefined {
  const type = text(event['evt.type']);
  if (type === undefined || !/^(?:connect|accept4?|bind|listen|send.*|recv.*)$/.test(type)) return undefined;
  if (type !== 'connect' && !type.startsWith('accept')) return false;
  return ofNumber(event['evt.rawres'], (result) => result >= 0);
}

/** As the process was given it; what tells no more than Falco's command line has the name of the process in front. */
function exeLine(event: NodeEvent): string | undefined {
  const [exe, args] = [event['proc.exe'], event['proc.args']];
  if (typeof exe !== 'string' || typeof args !== 'string') return text(event['proc.cmdline']);
  return args === '' ? exe : `${exe} ${args}`;
}

function parentExeLine(event: NodeEvent): string | undefined {
  const [exe, name, line] = [event['proc.pexe'], event['proc.pname'], text(event['proc.pcmdline'])];
  if (typeof exe !== 'string' || typeof name !== 'string' || !line?.startsWith(name)) return line;
  return `${exe}${line.slice(name.length)}`;
}

function isServer(event: NodeEvent): boolean | undefined {
  const type = text(event['evt.type']);
  if (type === 'connect' || type?.startsWith('send')) return false;
  return type === 'listen' || type?.startsWith('accept') ? true : undefined;
}

function isNameChanged(event: NodeEvent): boolean {
  const type = event['evt.type'];
  return type === 'connect' || type === 'sendto' || type === 'recvfrom';
}

/** Of a system call there is one event, as it ends, with what it was asked and what came of it. */
export const constants: ReadonlyMap<string, string> = new Map([
  ['evt.source', 'syscall'],
  ['evt.dir', '<'],
]);

type Derived = readonly [name: string, type: FieldType, getter: Getter<NodeEvent>, argument?: Argument];

const derived: readonly Derived[] = [
  ['evt.num', 'number', (_event, turn) => turn],
  ...Array.from(constants, ([name, value]): Derived => [name, 'text', () => value]),
  ['evt.args', 'text', eventArguments],
  ['evt.failed', 'boolean', (event) => ofNumber(event['evt.rawres'], (result) => result < 0)],
  ['evt.rawtime', 'number', (event) => ofNumber(milliseconds(event), (ms) => ms * 1_000_000)],
  ['evt.rawtime.s', 'number', (event) => ofNumber(milliseconds(event), (ms) => Math.floor(ms / 1000))],
  ...['evt.time.s', 'evt.time.iso8601', 'evt.datetime', 'evt.datetime.s'].map(
    (name): Derived => [name, 'text', (event) => text(event['evt.time'])],
  ),
  ['fd.type', 'text', (event) => fileTypes[String(event['fd.typechar'] ?? '')] ?? text(event['fd.type'])],
  ['fd.directory', 'text', ofFile(ofText('fd.name', (path) => path.slice(0, Math.max(1, path.lastIndexOf('/')))))],
  ['fd.filename', 'text', ofFile(ofText('fd.name', (path) => path.slice(path.lastIndexOf('/') + 1)))],
  ['fd.connected', 'boolean', isConnected],
  ['fd.name_changed', 'boolean', isNameChanged],
  ['fd.is_server', 'boolean', isServer],
  ['evt.is_open_exec', 'boolean', isOpenExec],
  ['proc.exeline', 'text', exeLine],
  ['proc.pexeline', 'text', parentExeLine],
  ['syscall.type', 'text', (event) => text(event['evt.type'])],
  ['fd.cnet', 'network', (event) => text(event['fd.cip'])],
  ['fd.snet', 'network', (event) => text(event['fd.sip'])],
  ['fd.lnet', 'network', (event) => text(event['fd.lip'])],
  ['fd.rnet', 'network', (event) => text(event['fd.rip'])],
  ['thread.cap_effective', 'text', ofText('thread.cap_effective', capabilityNames)],
  ['thread.cap_permitted', 'text', ofText('thread.cap_permitted', capabilityNames)],
  ['thread.cap_inheritable', 'text', ofText('thread.cap_inheritable', capabilityNames)],
];

function ofNumber<T extends Value>(value: Value | undefined, make: (value: number) => T): T | undefined {
  return typeof value === 'number' ? make(value) : undefined;
}

/** Fields that are worked out from those an event has. */
export const derivedFields: readonly Field<NodeEvent>[] = derived.map(([name, type, getter, argument = 'none']) => ({
  name,
  type,
  list: false,
  argument,
  delivered: () => true,
  getter: () => getter,
}));
