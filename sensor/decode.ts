import { Cgroups } from './enrich/cgroups.ts';
import type { ProcessTree } from './enrich/process-tree.ts';
import type { SensorEvent } from './events/event.ts';
import { type EventRecord, eventHeaderBytes, Payload, recordAt } from './events/record.ts';
import { eventTypes } from './events/types.ts';
import { probes } from './probes/index.ts';
import type { Probe } from './probes/probe.ts';

const byType: readonly (Probe | undefined)[] = Array.from({ length: 64 }, (_, type) =>
  probes.find(({ name }) => eventTypes[name] === type),
);

/** Events that could not be used, by why; every number only grows. */
export type Refused = Record<'size' | 'type' | 'body', number>;

/** Turns the payloads of one loader's EVENTS frames into events. */
export interface Decoder {
  decode(payload: Buffer): readonly SensorEvent[];
}

/** A decoder that adds up in `refused` what it cannot use. */
export function decoder(tree: ProcessTree, refused: Refused): Decoder {
  const cgroups = new Cgroups();
  const payload = new Payload();

  function decodeOne(record: EventRecord): SensorEvent | undefined {
    if (record.type === eventTypes.cgroup) {
      cgroups.add(record.cgroup, record.body);
      return undefined;
    }
    const probe = byType[record.type];
    if (!probe) {
      refused.type++;
      return undefined;
    }
    const { type, fields, change, target } = probe.decode(record);
    const before = tree.find(record.pid, record.start);
    const process = change ? tree.apply(before, change) : before;
    const { time, tid, uid, gid, cgroup } = record;
    const event = { type, time, tid, uid, gid, process, container: cgroups.find(cgroup), fields };
    if (!target) return event;
    const found = { process: tree.find(target.pid, target.start), container: cgroups.find(target.cgroup) };
    return { ...event, target: found };
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
    decode(bytes) {
      payload.set(bytes);
      const events: SensorEvent[] = [];
      for (let at = 0; at < bytes.length; ) {
        const left = bytes.length - at;
        const size = left < eventHeaderBytes ? 0 : (payload.u32[at >> 2] as number);
        if (size < eventHeaderBytes || size > left) {
          refused.size++; // and with it the rest of the frame: nobody knows where the next event begins
          break;
        }
        const event = tryOne(recordAt(payload, at, size));
        if (event) events.push(event);
        at += (size + 7) & ~7;
      }
      return events;
    },
  };
}
