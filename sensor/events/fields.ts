import type { Container } from '../enrich/container.ts';
import type { Fields, FieldValue } from '../probes/probe.ts';
import type { SensorEvent } from './event.ts';
import { longReaders, type Naming, processReaders, type Reader, type Readers } from './process-fields.ts';

const headReaders: Readers = [
  ['evt.time', ({ time }, naming) => naming.time(time)],
  ['evt.type', ({ type }) => type],
  ['evt.count', ({ count }) => count],
  ['evt.time.last', ({ count, last }, naming) => (count === 1 ? undefined : naming.time(last))],
];

/** Arguments that number a user or a group, whom rules know by name. */
const users = ['uid', 'euid', 'ruid', 'suid'].map((argument) => [`evt.arg.${argument}`, 'user'] as const);
const groups = ['gid', 'egid', 'rgid', 'sgid'].map((argument) => [`evt.arg.${argument}`, 'group'] as const);

/** What the event is to its process, and what is called by a name: the ends of its connection, whom it names. */
export const ownReaders: Readers = [
  ['proc.duration', ({ time, process }) => time - process.self.start],
  ...['fd.cip', 'fd.sip', 'fd.lip', 'fd.rip'].map((end): readonly [string, Reader] => [
    `${end}.name`,
    ({ fields }, naming) => {
      const address = fields[end];
      return typeof address === 'string' ? naming.host(address) : undefined;
    },
  ]),
  ...[...users, ...groups].map(([field, kind]): readonly [string, Reader] => [
    `${field}.name`,
    ({ fields }, naming) => {
      const id = fields[field];
      return typeof id === 'number' ? naming[kind](id) : undefined;
    },
  ]),
];

/** Every field of an event that is told, by Falco's names. */
export function eventFields(event: SensorEvent, naming: Naming): Fields {
  return { ...read(headReaders, event, naming), ...ownFields(event, naming), ...processFields(event, naming) };
}

/** The fields of the event itself, and those of the process it is done to. */
export function ownFields(event: SensorEvent, naming: Naming): Fields {
  return { ...givenFields(event), ...read(ownReaders, event, naming) };
}

function givenFields({ fields, target }: SensorEvent): Fields {
  if (!target) return fields;
  const { process, container } = target;
  return { ...fields, 'target.proc.name': process.self.image?.name ?? '', ...targetFields(container) };
}

/** The fields that an event has from its process: the same for many events. */
export function processFields(event: SensorEvent, naming: Naming): Fields {
  return read(processReaders, event, naming);
}

function read(readers: Readers, event: SensorEvent, naming: Naming): Fields {
  const fields: Record<string, FieldValue> = {};
  for (const [name, read] of readers) {
    const value = read(event, naming);
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

/**
 * The fields of eventFields() for whoever asks for a few of them, as rules do: all but the event's own are worked out when they
 * are read, and cannot be listed.
 */
export function askedFields(event: SensorEvent, naming: Naming): Fields {
  return new AskedFields(event, naming) as unknown as Fields;
}

class AskedFields {
  readonly #event: SensorEvent;
  readonly #naming: Naming;

  static {
    for (const [name, read] of [...headReaders, ...ownReaders, ...processReaders, ...longReaders]) {
      Object.defineProperty(AskedFields.prototype, name, {
        get(this: AskedFields) {
          return read(this.#event, this.#naming);
        },
      });
    }
  }

  constructor(event: SensorEvent, naming: Naming) {
    this.#event = event;
    this.#naming = naming;
    const own = givenFields(event);
    // Object.assign() takes twice as long.
    for (const name in own) (this as Record<string, unknown>)[name] = own[name];
  }
}

function targetFields(container: Container | null | undefined): Fields {
  if (container === null) return { 'target.container.id': 'host' };
  return {
    ...(container?.id ? { 'target.container.id': container.id.slice(0, 12) } : {}),
    ...(container?.podUid ? { 'target.k8s.pod.uid': container.podUid } : {}),
  };
}
