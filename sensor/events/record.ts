import { Texts } from './texts.ts';

/**
 * The bytes of one payload, to be read as numbers of every size: events begin at multiples of 8 and their fields at
 * multiples of their size. Three times as fast as Buffer's readers. Of little-endian machines, which all are that we run on.
 */
export class Payload {
  readonly bytes: Buffer;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;

  constructor(bytes: Buffer) {
    this.bytes = bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
    const { buffer, byteOffset, length } = this.bytes;
    this.u16 = new Uint16Array(buffer, byteOffset, length >> 1);
    this.u32 = new Uint32Array(buffer, byteOffset, length >> 2);
    this.i32 = new Int32Array(buffer, byteOffset, length >> 2);
  }

  /** A u64 as a double: exact up to 2^53. */
  u64(at: number): number {
    return (this.u32[(at >> 2) + 1] as number) * 0x1_0000_0000 + (this.u32[at >> 2] as number);
  }

  text(at: number, length: number): string {
    return this.bytes.toString('utf8', at, at + length);
  }
}

const texts = new Texts();

export const eventHeaderBytes = 64;

/**
 * An event as the kernel sent it: header and body (docs/protocol/sensor.md, section 3). It reads from its payload what it is
 * asked for. The body is read by offset, and whatever lies outside of it is a RangeError.
 */
export class EventRecord {
  readonly #payload: Payload;
  readonly #at: number;
  readonly #size: number;

  /** The event at `at`, a multiple of 8, of `size` bytes, a header's at least, which the payload has. */
  constructor(payload: Payload, at: number, size: number) {
    this.#payload = payload;
    this.#at = at;
    this.#size = size;
  }

  get type(): number {
    return this.#payload.u16[(this.#at + 4) >> 1] as number;
  }

  /** Some text or path in it was cut. */
  get truncated(): boolean {
    return ((this.#payload.bytes[this.#at + 6] as number) & 1) !== 0;
  }

  /** Which of the system calls that make such events. */
  get call(): number {
    return this.#payload.bytes[this.#at + 7] as number;
  }

  /** CLOCK_BOOTTIME, ns; exact to 104 days of uptime, and to 2 ns beyond. */
  get time(): number {
    return this.#payload.u64(this.#at + 8);
  }

  /** When the process started, CLOCK_BOOTTIME, ns: with the pid it names a process for good. */
  get start(): number {
    return this.#payload.u64(this.#at + 16);
  }

  get cgroup(): number {
    return this.#payload.u64(this.#at + 24);
  }

  get pid(): number {
    return this.#payload.u32[(this.#at + 32) >> 2] as number;
  }

  get tid(): number {
    return this.#payload.u32[(this.#at + 36) >> 2] as number;
  }

  get uid(): number {
    return this.#payload.u32[(this.#at + 40) >> 2] as number;
  }

  get gid(): number {
    return this.#payload.u32[(this.#at + 44) >> 2] as number;
  }

  /** How many events it stands for, the same but for their time; at least 1. */
  get count(): number {
    return this.#payload.u32[(this.#at + 56) >> 2] as number;
  }

  /** Time of the last of them. */
  get last(): number {
    return this.#payload.u64(this.#at + 48);
  }

  /** Bytes of the body. */
  get length(): number {
    return this.#size - eventHeaderBytes;
  }

  u16(at: number): number {
    return this.#payload.u16[this.#place(at, 2) >> 1] as number;
  }

  u32(at: number): number {
    return this.#payload.u32[this.#place(at, 4) >> 2] as number;
  }

  i32(at: number): number {
    return this.#payload.i32[this.#place(at, 4) >> 2] as number;
  }

  /** A u64 as a double: exact up to 2^53. */
  u64(at: number): number {
    return this.#payload.u64(this.#place(at, 8));
  }

  /** A u64 in hexadecimal, as /proc/PID/status shows capabilities. */
  hex64(at: number): string {
    return hexWord(this.u32(at + 4)) + hexWord(this.u32(at));
  }

  /** Of the payload itself: not to be changed. */
  bytes(at: number, length: number): Buffer {
    const start = this.#place(at, length);
    return this.#payload.bytes.subarray(start, start + length);
  }

  text(at: number, length: number): string {
    return texts.at(this.#payload, this.#place(at, length), length);
  }

  /** Text up to a NUL, in a field of `size` bytes. */
  name(at: number, size: number): string {
    const text = this.text(at, size);
    const end = text.indexOf('\0');
    return end === -1 ? text : text.slice(0, end);
  }

  #place(at: number, length: number): number {
    if (at + length > this.#size - eventHeaderBytes) throw new RangeError('the event is too short');
    return this.#at + eventHeaderBytes + at;
  }
}

/** Capabilities come again and again. */
const hexWords = new Map<number, string>();

function hexWord(word: number): string {
  const known = hexWords.get(word);
  if (known !== undefined) return known;
  const text = word.toString(16).padStart(8, '0');
  if (hexWords.size === 1024) hexWords.clear();
  hexWords.set(word, text);
  return text;
}
