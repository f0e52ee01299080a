import { crc32 } from 'node:zlib';
import {
  type Frame,
  type FrameDamage,
  type FrameType,
  frameHeaderBytes,
  frameMagic,
  frameTypes,
  frameVersion,
  payloadLimit,
} from './frame.ts';

const typeNames: ReadonlyMap<number, FrameType> = new Map(
  (Object.keys(frameTypes) as FrameType[]).map((name) => [frameTypes[name], name]),
);
const magicBytes = Buffer.from('PTLN', 'latin1');

/** Cuts the bytes of one loader into frames (docs/protocol/sensor.md, section 2). */
export interface FrameReader {
  /** The frames that end in `chunk`, which may be used again afterwards: every payload has memory of its own. */
  read(chunk: Buffer): readonly Frame[];
}

/** A header that was read, and what has come of its payload. */
interface Pending {
  readonly type: FrameType | undefined;
  readonly sequence: number;
  readonly crc: number;
  readonly payload: Buffer;
  filled: number;
}

/** A reader that adds up in `damage` what it cannot use. */
export function frameReader(damage: FrameDamage): FrameReader {
  /** What may yet become a header; shorter than one. */
  let rest: Buffer = Buffer.alloc(0);
  let pending: Pending | undefined;
  let expected = 0;

  function accept({ type, sequence, crc, payload }: Pending): Frame | undefined {
    const ahead = (sequence - expected) | 0; // the sequence wraps after 2^32 frames
    if (ahead >= 0) {
      damage.missing += ahead;
      expected = (sequence + 1) >>> 0;
    }
    if (ahead < 0 || type === undefined || crc32(payload) !== crc) {
      damage.refused++;
      return undefined;
    }
    return { type, sequence, payload };
  }

  /** Puts what comes at `at` into the payload; returns where that ends. */
  function fill(frame: Pending, bytes: Buffer, at: number): number {
    const copied = bytes.copy(frame.payload, frame.filled, at);
    frame.filled += copied;
    return at + copied;
  }

  return {
    read(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const frames: Frame[] = [];
      let at = 0;
      for (;;) {
        if (pending) {
          at = fill(pending, bytes, at);
          if (pending.filled < pending.payload.length) break;
          const frame = accept(pending);
          if (frame) frames.push(frame);
          pending = undefined;
        }
        if (bytes.length - at < frameHeaderBytes) break;
        if (isHeader(bytes, at)) {
          pending = pendingFrame(bytes, at);
          at += frameHeaderBytes;
        } else {
          const next = nextMagic(bytes, at + 1);
          damage.skippedBytes += next - at;
          at = next;
        }
      }
      rest = Buffer.from(bytes.subarray(at));
      return frames;
    },
  };
}

function isHeader(bytes: Buffer, at: number): boolean {
  return (
    bytes.readUInt32LE(at) === frameMagic &&
    bytes.readUInt16LE(at + 4) === frameVersion &&
    bytes.readUInt32LE(at + 12) <= payloadLimit &&
    bytes.readUInt32LE(at + 20) === crc32(bytes.subarray(at, at + 20))
  );
}

function pendingFrame(header: Buffer, at: number): Pending {
  return {
    type: typeNames.get(header.readUInt16LE(at + 6)),
    sequence: header.readUInt32LE(at + 8),
    crc: header.readUInt32LE(at + 16),
    payload: Buffer.allocUnsafeSlow(header.readUInt32LE(at + 12)),
    filled: 0,
  };
}

/** Where the next magic begins, or could: its first bytes may be the last we have. */
function nextMagic(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(magicBytes, from);
  return found === -1 ? Math.max(from, bytes.length - (magicBytes.length - 1)) : found;
}
