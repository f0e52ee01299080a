import { crc32 } from 'node:zlib';
import { eventHeaderBytes } from '../../events/record.ts';
import { type FrameType, frameHeaderBytes, frameMagic, frameTypes, frameVersion } from '../frame.ts';

/** A frame as the loader writes it; docs/protocol/sensor.md, section 2. */
export function encodeFrame(type: FrameType | number, sequence: number, payload: Buffer): Buffer {
  const frame = Buffer.alloc(frameHeaderBytes + payload.length);
  frame.writeUInt32LE(frameMagic, 0);
  frame.writeUInt16LE(frameVersion, 4);
  frame.writeUInt16LE(typeof type === 'number' ? type : frameTypes[type], 6);
  frame.writeUInt32LE(sequence, 8);
  frame.writeUInt32LE(payload.length, 12);
  frame.writeUInt32LE(crc32(payload), 16);
  frame.writeUInt32LE(crc32(frame.subarray(0, 20)), 20);
  payload.copy(frame, frameHeaderBytes);
  return frame;
}

export interface EventParts {
  readonly type: number;
  readonly time?: number;
  readonly start?: number;
  readonly cgroup?: number;
  readonly pid?: number;
  readonly count?: number;
  readonly body: Buffer;
}

/** An event as the kernel sends it, padded; section 3. */
export function encodeEvent({ type, time = 1, start = 1, cgroup = 1, pid = 1, count = 1, body }: EventParts): Buffer {
  const size = eventHeaderBytes + body.length;
  const event = Buffer.alloc((size + 7) & ~7);
  event.writeUInt32LE(size, 0);
  event.writeUInt16LE(type, 4);
  event.writeBigUInt64LE(BigInt(time), 8);
  event.writeBigUInt64LE(BigInt(start), 16);
  event.writeBigUInt64LE(BigInt(cgroup), 24);
  event.writeUInt32LE(pid, 32);
  event.writeUInt32LE(pid, 36);
  event.writeBigUInt64LE(BigInt(time + count - 1), 48);
  event.writeUInt32LE(count, 56);
  body.copy(event, eventHeaderBytes);
  return event;
}
