import { payloadLimit } from '../frames/frame.ts';

/** An event as the kernel sent it: header and body (docs/protocol/sensor.md, section 3). */
export interface EventRecord {
  readonly type: number;
  /** Some text or path in it was cut. */
  readonly truncated: boolean;
  /** CLOCK_BOOTTIME, ns; exact to 104 days of uptime, and to 2 ns beyond. */
  readonly time: number;
  /** When the process started, CLOCK_BOOTTIME, ns: with the pid it names a process for good. */
  readonly start: number;
  readonly cgroup: number;
  readonly pid: number;
  readonly tid: number;
  readonly uid: number;
  readonly gid: number;
  readonly body: Body;
}

export const eventHeaderBytes = 48;

/**
 * The bytes of one payload, copied to where they can be read as numbers of every size: events begin at multiples of 8
 * and their fields at multiples of their size. Three times as fast as Buffer's readers. Of little-endian machines, which
 * all are that we run on.
 */
export class Payload {
  readonly #memory = new ArrayBuffer(payloadLimit);
  readonly bytes: Buffer = Buffer.from(this.#memory);
  readonly u16 = new Uint16Array(this.#memory);
  readonly u32 = new Uint32Array(this.#memory);
  readonly i32 = new Int32Array(this.#memory);

  /** Takes in a payload in place of the last one. */
  set(payload: Buffer): void {
    payload.copy(this.bytes);
  }

  /** A u64 as a double: exact up to 2^53. */
  u64(at: number): number {
    return (this.u32[(at >> 2) + 1] as number) * 0x1_0000_0000 + (this.u32[at >> 2] as number);
  }
}

/** What follows the header, read by offset. Whatever lies outside is a RangeError: the event is refused. */
export class Body {
  readonly #payload: Payload;
  readonly #start: number;
  readonly length: number;

  constructor(payload: Payload, start: number, end: number) {
    this.#payload = payload;
    this.#start = start;
    this.length = end - start;
  }

  u16(at: number): number {
    return this.#payload.u16[this.#at(at, 2) >> 1] as number;
  }

  u32(at: number): number {
    return this.#payload.u32[this.#at(at, 4) >> 2] as number;
  }

  i32(at: number): number {
    return this.#payload.i32[this.#at(at, 4) >> 2] as number;
  }

  /** A u64 as a double: exact up to 2^53. */
  u64(at: number): number {
    return this.#payload.u64(this.#at(at, 8));
  }

  /** A u64 in hexadecimal, as /proc/PID/status shows capabilities. */
  hex64(at: number): string {
    const word = (value: number): string => value.toString(16).padStart(8, '0');
    return word(this.u32(at + 4)) + word(this.u32(at));
  }

  text(at: number, length: number): string {
    const start = this.#at(at, length);
    return this.#payload.bytes.toString('utf8', start, start + length);
  }

  /** Text up to a NUL, in a field of `size` bytes. */
  name(at: number, size: number): string {
    const text = this.text(at, size);
    const end = text.indexOf('\0');
    return end === -1 ? text : text.slice(0, end);
  }

  #at(at: number, length: number): number {
    if (at + length > this.length) throw new RangeError('the event is too short');
    return this.#start + at;
  }
}

/** The record at `at`, which is within a payload that holds `size` bytes of it. */
export function recordAt(payload: Payload, at: number, size: number): EventRecord {
  const { u16, u32 } = payload;
  const word = at >> 2;
  return {
    type: u16[(at >> 1) + 2] as number,
    truncated: ((u16[(at >> 1) + 3] as number) & 1) !== 0,
    time: payload.u64(at + 8),
    start: payload.u64(at + 16),
    cgroup: payload.u64(at + 24),
    pid: u32[word + 8] as number,
    tid: u32[word + 9] as number,
    uid: u32[word + 10] as number,
    gid: u32[word + 11] as number,
    body: new Body(payload, at + eventHeaderBytes, at + size),
  };
}
