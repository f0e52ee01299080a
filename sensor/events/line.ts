import type { Container } from '../enrich/container.ts';
import type { Process } from '../enrich/process.ts';
import type { SensorEvent } from './event.ts';
import { ownFields, processFields } from './fields.ts';
import type { Naming } from './process-fields.ts';

interface Kept {
  readonly tid: number;
  readonly uid: number;
  readonly gid: number;
  readonly container: Container | null | undefined;
  /** The fields of the process as JSON, without braces. */
  readonly text: string;
}

/**
 * Writes events as lines of JSON with the fields of eventFields(). What a process says of itself is most of a line and
 * the same for many, so its text is kept.
 */
export function lineWriter(naming: Naming): (event: SensorEvent) => string {
  const kept = new WeakMap<Process, Kept>();

  function processText(event: SensorEvent): string {
    const { process, tid, uid, gid, container } = event;
    const last = kept.get(process);
    if (last?.tid === tid && last.uid === uid && last.gid === gid && last.container === container) return last.text;
    const text = inner(processFields(event, naming));
    kept.set(process, { tid, uid, gid, container, text });
    return text;
  }

  return (event) => {
    const { time, type, count, last } = event;
    const head = `{"evt.time":"${naming.time(time)}","evt.type":"${type}","evt.count":${count},`;
    const repeated = count === 1 ? '' : `"evt.time.last":"${naming.time(last)}",`;
    const own = inner(ownFields(event, naming));
    return `${head}${repeated}${own},${processText(event)}}\n`;
  };
}

function inner(fields: SensorEvent['fields']): string {
  return JSON.stringify(fields).slice(1, -1);
}
