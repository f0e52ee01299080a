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

/** The bytes after the header, read by offset. Whatever lies outside is a RangeError: the event is refused. */
export class Body {
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly length: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.length = end - start;
  }

  u16(at: number): number {
    return this.#bytes.readUInt16LE(this.#at(at, 2));
  }

  u32(at: number): number {
    return this.#bytes.readUInt32LE(this.#at(at, 4));
  }

  i32(at: number): number {
    return this.#bytes.readInt32LE(this.#at(at, 4));
  }

  /** A u64 as a double: exact up to 2^53. */
  u64(at: number): number {
    return u64(this.#bytes, this.#at(at, 8));
  }

  /** A u64 in hexadecimal, as /proc/PID/status shows capabilities. */
  hex64(at: number): string {
    const start = this.#at(at, 8);
    const high = this.#bytes.readUInt32LE(start + 4).toString(16);
    return high.padStart(8, '0') + this.#bytes.readUInt32LE(start).toString(16).padStart(8, '0');
  }

  text(at: number, length: number): string {
    const start = this.#at(at, length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  /** Text up to a NUL, in a field of `size` bytes. */
  name(at: number, size: number): string {
    const start = this.#at(at, size);
    const end = this.#bytes.indexOf(0, start);
    return this.#bytes.toString('utf8', start, end === -1 || end > start + size ? start + size : end);
  }

  bytes(at: number, length: number): Buffer {
    const start = this.#at(at, length);
    return this.#bytes.subarray(start, start + length);
  }

  #at(at: number, length: number): number {
    if (at + length > this.length) throw new RangeError('the event is too short');
    return this.#start + at;
  }
}

/** The record at `at`, which is within a payload that holds `size` bytes of it. */
export function recordAt(bytes: Buffer, at: number, size: number): EventRecord {
  return {
    type: bytes.readUInt16LE(at + 4),
    truncated: (bytes.readUInt16LE(at + 6) & 1) !== 0,
    time: u64(bytes, at + 8),
    start: u64(bytes, at + 16),
    cgroup: u64(bytes, at + 24),
    pid: bytes.readUInt32LE(at + 32),
    tid: bytes.readUInt32LE(at + 36),
    uid: bytes.readUInt32LE(at + 40),
    gid: bytes.readUInt32LE(at + 44),
    body: new Body(bytes, at + eventHeaderBytes, at + size),
  };
}

function u64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 0x1_0000_0000 + bytes.readUInt32LE(at);
}
