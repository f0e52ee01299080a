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
  /** The frames that end in `chunk`. Their payloads are views: use them before the next call, or copy. */
  read(chunk: Buffer): readonly Frame[];
}

/** A reader that adds up in `damage` what it cannot use. */
export function frameReader(damage: FrameDamage): FrameReader {
  let rest: Buffer = Buffer.alloc(0);
  let expected = 0;

  function accept(type: FrameType | undefined, sequence: number, payload: Buffer, crc: number): Frame | undefined {
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

  return {
    read(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const frames: Frame[] = [];
      let at = 0;
      while (bytes.length - at >= frameHeaderBytes) {
        if (!isHeader(bytes, at)) {
          const next = nextMagic(bytes, at + 1);
          damage.skippedBytes += next - at;
          at = next;
          continue;
        }
        const length = bytes.readUInt32LE(at + 12);
        const end = at + frameHeaderBytes + length;
        if (end > bytes.length) break;
        const type = typeNames.get(bytes.readUInt16LE(at + 6));
        const payload = bytes.subarray(at + frameHeaderBytes, end);
        const frame = accept(type, bytes.readUInt32LE(at + 8), payload, bytes.readUInt32LE(at + 16));
        if (frame) frames.push(frame);
        at = end;
      }
      rest = at === bytes.length ? Buffer.alloc(0) : bytes.subarray(at);
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

/** Where the next magic begins, or could: its first bytes may be the last we have. */
function nextMagic(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(magicBytes, from);
  return found === -1 ? Math.max(from, bytes.length - (magicBytes.length - 1)) : found;
}
