import { environmentFields } from './environment.ts';
import type { Argument, Field, FieldType, Getter, Source, Value } from './field.ts';
import { fsPathFields } from './fs-paths.ts';
import { mountFields } from './mounts.ts';
import { bracketedArgument } from './numbered-arguments.ts';
import { constants, derivedFields, type NodeEvent, text } from './syscall-derived.ts';
import { deliveredArguments, deliveredNames, deliveredTypes, syscallFields, toldTypes } from './syscall-names.ts';

export type { NodeEvent } from './syscall-derived.ts';

const always = (): boolean => true;

/** Reads what an event holds by the name of the field, as the type of the field. */
function recordGetter(name: string, type: FieldType): Getter<NodeEvent> {
  if (type === 'number') {
    return (event) => {
      const value = event[name];
      return typeof value === 'number' ? value : numberOf(value);
    };
  }
  if (type === 'boolean') {
    return (event) => {
      const value = event[name];
      return typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : undefined;
    };
  }
  return (event) => {
    const value = event[name];
    return typeof value === 'string' ? value : text(value);
  };
}

/** Numbers come as text from some who write such events. */
function numberOf(value: Value | undefined): number | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

function recordField(name: string, type: FieldType, argument: Argument): Field<NodeEvent> {
  return {
    name,
    type,
    list: false,
    argument,
    delivered: (key) => deliveredNames.has(name) && (key === null || argument === 'index'),
    getter: (key) => recordGetter(key === null ? name : `${name}[${key}]`, type),
  };
}

/** `evt.arg.NAME`: an argument of the system call; users and groups by number or by name, which is what Falco says of them. */
function argumentField(name: string): Field<NodeEvent> | undefined {
  const [, raw, arg] = /^evt\.(raw)?arg\.(\w+(?:\.name)?)$/.exec(name) ?? [];
  if (arg === undefined) return undefined;
  const field = {
    ...recordField(`evt.arg.${arg}`, 'text', 'none'),
    delivered: () => deliveredArguments.has(arg.replace(/\.name$/, '')),
  };
  return raw === undefined && /^[ers]?[ug]id$/.test(arg)
    ? { ...field, anyOf: [`evt.arg.${arg}`, `evt.arg.${arg}.name`] }
    : field;
}

/** `k8s.pod.label.app`, which is `k8s.pod.label[app]`, and others that Falco takes in either way. */
function dottedField(name: string): Field<NodeEvent> | undefined {
  const [, head = '', key = ''] = /^(thread\.cgroup|(?:container|k8s\.\w+)\.label)\.(.+)$/.exec(name) ?? [];
  const field = fields.get(head);
  return (
    field && {
      ...field,
      name,
      argument: 'none',
      delivered: () => field.delivered(key),
      getter: () => field.getter(key),
    }
  );
}

/** `evt.type.is.open`: 1 of the events of a type, 0 of others. */
function isTypeField(name: string): Field<NodeEvent> | undefined {
  const [, type] = /^evt\.type\.is\.(\w+)$/.exec(name) ?? [];
  if (type === undefined) return undefined;
  return {
    ...recordField(name, 'number', 'none'),
    delivered: () => deliveredTypes.has(type),
    getter: () => (event) => (event['evt.type'] === type ? 1 : 0),
  };
}

/** Any ancestor, or that of a number: 1 is the parent, 0 the process itself. */
function ancestorField(name: string, own: string): Field<NodeEvent> {
  return {
    ...recordField(name, 'text', 'index'),
    anyOf: [1, 2, 3, 4, 5, 6, 7].map((level) => `${name}[${level}]`),
    delivered: (key) => deliveredNames.has(name) && Number(key ?? 1) <= 7,
    getter: (key) => recordGetter(Number(key ?? 1) === 0 ? own : `${name}[${key}]`, 'text'),
  };
}

/** Either end of a connection. */
function eitherEnd(name: string, type: FieldType, ends: readonly string[]): Field<NodeEvent> {
  return { ...recordField(name, type, 'none'), anyOf: ends, delivered: always };
}

const fields: ReadonlyMap<string, Field<NodeEvent>> = new Map(
  [
    ...syscallFields.map(([name, type, argument = 'none']) => recordField(name, type, argument)),
    ...derivedFields,
    ...mountFields,
    ...fsPathFields,
    ...environmentFields,
    bracketedArgument,
    { ...bracketedArgument, name: 'evt.rawarg' },
    ancestorField('proc.aname', 'proc.name'),
    ancestorField('proc.aexe', 'proc.exe'),
    ancestorField('proc.aexepath', 'proc.exepath'),
    ancestorField('proc.acmdline', 'proc.cmdline'),
    ancestorField('proc.apid', 'proc.pid'),
    eitherEnd('fd.ip', 'address', ['fd.cip', 'fd.sip']),
    eitherEnd('fd.port', 'number', ['fd.cport', 'fd.sport']),
    eitherEnd('fd.net', 'network', ['fd.cnet', 'fd.snet']),
  ].map((field) => [field.name, field]),
);

const types: ReadonlySet<string> = new Set(['evt.type', 'syscall.type']);

/** Node events: flat records with Falco's names, as `portolan sensor` prints them. */
export const syscall: Source<NodeEvent> = {
  name: 'syscall',
  field: (name) => fields.get(name) ?? argumentField(name) ?? dottedField(name) ?? isTypeField(name),
  names: [...fields.keys(), ...Array.from(deliveredArguments, (name) => `evt.arg.${name}`)],
  index: ['evt.type'],
  constants,
  few: new Set([
    ...['evt.res', 'evt.rawres', 'fd.typechar', 'fd.type', 'fd.l4proto', 'fd.sockfamily'],
    ...['container.id', 'user.uid', 'user.name', 'proc.tty'],
  ]),
  holds: (field, value) => !types.has(field) || deliveredTypes.has(value) || toldTypes.has(value),
  toldAs: new Map([
    ...Array.from(types, (name) => [name, toldTypes] as const),
    // Of older rules some ask for a call as it begins, for what it is asked.
    ['evt.dir', new Map([['>', '<']])],
  ]),
  time: (event) => String(event['evt.time'] ?? ''),
};
