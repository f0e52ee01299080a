import { type EventRecord, eventHeaderBytes, recordAt } from './record.ts';

/** The events of the payload of an EVENTS frame; `refuse` is told of the rest when a size makes no sense. */
export function* splitEvents(payload: Buffer, refuse: (reason: string) => void): Generator<EventRecord> {
  for (let at = 0; at < payload.length; ) {
    const left = payload.length - at;
    const size = left < eventHeaderBytes ? 0 : payload.readUInt32LE(at);
    if (size < eventHeaderBytes || size > left) {
      refuse('size');
      return;
    }
    yield recordAt(payload, at, size);
    at += (size + 7) & ~7;
  }
}
