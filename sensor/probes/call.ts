import { posix } from 'node:path';
import type { EventRecord } from '../events/record.ts';
import type { Fields } from './probe.ts';
import { resultText } from './result.ts';

// struct call_event in kernel/call.h, from the end of the header.
const at = { result: 0, arguments: 8, lengths: 56, text: 72 } as const;

/** A system call as it was asked. */
export interface Call {
  readonly result: number;
  /** Argument `n`, counted from 1, as a double. */
  argument(n: number): number;
  /** As a signed number of 32 bits. */
  signed(n: number): number;
  /** The first or second path, made absolute; links in it are not followed. Other texts come as they are. */
  path(index: 0 | 1): string;
  /** The text beside them; empty where there is none. */
  text(): string;
}

/** How long the body of a call is. */
export function callBytes(record: EventRecord): number {
  return textStart(record) + lengthAt(record, 4);
}

export function readCall(record: EventRecord): Call {
  return {
    result: record.i32(at.result),
    argument: (n) => record.u64(at.arguments + 8 * (n - 1)),
    signed: (n) => record.i32(at.arguments + 8 * (n - 1)),
    path(index) {
      const start = at.text + (index === 0 ? 0 : lengthAt(record, 0) + lengthAt(record, 1));
      const directory = lengthAt(record, 2 * index);
      const text = record.text(start + directory, lengthAt(record, 2 * index + 1));
      return directory === 0 ? text : posix.join(record.text(start, directory), text);
    },
    text: () => record.text(textStart(record), lengthAt(record, 4)),
  };
}

function textStart(record: EventRecord): number {
  return at.text + lengthAt(record, 0) + lengthAt(record, 1) + lengthAt(record, 2) + lengthAt(record, 3);
}

/** Of directory and path, twice; of the text. */
function lengthAt(record: EventRecord, index: number): number {
  return record.u16(at.lengths + 2 * index);
}

/** How it ended. */
export function resultFields({ result }: Call): Fields {
  return { 'evt.rawres': result, 'evt.res': resultText(result) };
}

/** The names of the bits in `value` that have one, such as `CLONE_NEWNS|CLONE_NEWPID`; `0` when none has. */
export function bitNames(value: number, names: Readonly<Record<string, number>>): string {
  const found = Object.entries(names).filter(([, bits]) => (value & bits) !== 0);
  return found.length === 0 ? '0' : found.map(([name]) => name).join('|');
}
