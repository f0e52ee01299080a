import { Cgroups } from './enrich/cgroups.ts';
import type { Container } from './enrich/container.ts';
import { containerDetails } from './enrich/container-details.ts';
import type { Process } from './enrich/process.ts';
import type { ProcessTree } from './enrich/process-tree.ts';
import type { SensorEvent } from './events/event.ts';
import { EventRecord, eventHeaderBytes, Payload } from './events/record.ts';
import { eventTypes } from './events/types.ts';
import { probes } from './probes/index.ts';
import type { Fields, Probe } from './probes/probe.ts';

const byType: readonly (Probe | undefined)[] = Array.from({ length: 64 }, (_, type) =>
  probes.find(({ name }) => eventTypes[name] === type),
);

const mostAtOnce = 256;

/** Events that could not be used, by why; every number only grows. */
export type Refused = Record<'size' | 'type' | 'body', number>;

/** Turns the payloads of one loader's EVENTS frames into events. */
export interface Decoder {
  /**
   * The events of a payload in order, some hundreds at a time: what is let go before the next are made is garbage that costs
   * nothing to collect. They keep the payload, which must not change any more.
   */
  decode(payload: Buffer): Generator<readonly SensorEvent[]>;
}

/**
 * An event whose own fields are read when somebody asks for them: of most events nobody does. Who did it is settled at once,
 * as a later event may change that.
 */
class RecordedEvent implements SensorEvent {
  readonly type: string;
  readonly process: Process;
  readonly container: Container | null | undefined;
  readonly target: SensorEvent['target'];
  readonly #record: EventRecord;
  readonly #probe: Probe;
  #fields: Fields | undefined;

  constructor(
    record: EventRecord,
    probe: Probe,
    type: string,
    process: Process,
    container: Container | null | undefined,
    target: SensorEvent['target'],
  ) {
    this.#record = record;
    this.#probe = probe;
    this.type = type;
    this.process = process;
    this.container = container;
    this.target = target;
  }

  get time(): number {
    return this.#record.time;
  }

  get count(): number {
    return this.#record.count;
  }

  get last(): number {
    return this.#record.last;
  }

  get tid(): number {
    return this.#record.tid;
  }

  get uid(): number {
    return this.#record.uid;
  }

  get gid(): number {
    return this.#record.gid;
  }

  get fields(): Fields {
    this.#fields ??= this.#probe.fields(this.#record);
    return this.#fields;
  }
}

/** A decoder that adds up in `refused` what it cannot use. */
export function decoder(tree: ProcessTree, refused: Refused, details = containerDetails()): Decoder {
  const cgroups = new Cgroups(details);

  function decodeOne(record: EventRecord): SensorEvent | undefined {
    if (record.type === eventTypes.cgroup) {
      cgroups.add(record.cgroup, record);
      return undefined;
    }
    const probe = byType[record.type];
    const type = probe?.types[record.call];
    if (!probe || type === undefined) {
      refused.type++;
      return undefined;
    }
    if (probe.bytes(record) > record.length || record.count === 0) throw new RangeError('the event makes no sense');
    const change = probe.change?.(record);
    const before = tree.find(record.pid, record.start);
    const process = change ? tree.apply(before, change) : before;
    const target = probe.target?.(record);
    const found = target && { process: tree.find(target.pid, target.start), container: cgroups.find(target.cgroup) };
    return new RecordedEvent(record, probe, type, process, cgroups.find(record.cgroup), found);
  }

  /** Refuses the event when its body is too short. */
  function tryOne(record: EventRecord): SensorEvent | undefined {
    try {
      return decodeOne(record);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refused.body++;
      return undefined;
    }
  }

  return {
    *decode(bytes) {
      const payload = new Payload(bytes);
      let events: SensorEvent[] = [];
      for (let at = 0; at < bytes.length; ) {
        const left = bytes.length - at;
        const size = left < eventHeaderBytes ? 0 : (payload.u32[at >> 2] as number);
        if (size < eventHeaderBytes || size > left) {
          refused.size++; // and with it the rest of the frame: nobody knows where the next event begins
          break;
        }
        const event = tryOne(new EventRecord(payload, at, size));
        if (event) events.push(event);
        at += (size + 7) & ~7;
        if (events.length === mostAtOnce) {
          yield events;
          events = [];
        }
      }
      if (events.length > 0) yield events;
    },
  };
}
