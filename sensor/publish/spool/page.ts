import { crc32 } from 'node:zlib';
import { type RecordClass, recordClasses } from '../record.ts';

/** Records of one class, written together; docs/protocol/sensor.md, section 4. */
export interface Page {
  readonly class: RecordClass;
  /** The number of the first record. */
  readonly first: number;
  readonly order: number;
  readonly count: number;
  /** The records, each with a newline. */
  readonly payload: Buffer;
}

export type PageHeader = Omit<Page, 'payload'> & { readonly length: number; readonly crc: number };

export const pageHeaderBytes = 40;
export const pageLimit = 1 << 20;
export const pageMagic = Buffer.from('PTLS', 'latin1');
const version = 1;

export function encodePage(page: Page): Buffer {
  const { first, order, count, payload } = page;
  const bytes = Buffer.alloc(pageHeaderBytes + payload.length);
  pageMagic.copy(bytes);
  bytes.writeUInt16LE(version, 4);
  bytes.writeUInt16LE(recordClasses.indexOf(page.class), 6);
  bytes.writeBigUInt64LE(BigInt(first), 8);
  bytes.writeBigUInt64LE(BigInt(order), 16);
  bytes.writeUInt32LE(count, 24);
  bytes.writeUInt32LE(payload.length, 28);
  bytes.writeUInt32LE(crc32(payload), 32);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 36)), 36);
  payload.copy(bytes, pageHeaderBytes);
  return bytes;
}

/** What a header says; undefined where there is none. */
export function decodeHeader(bytes: Buffer): PageHeader | undefined {
  if (bytes.length < pageHeaderBytes || !bytes.subarray(0, 4).equals(pageMagic)) return undefined;
  const recordClass = recordClasses[bytes.readUInt16LE(6)];
  const length = bytes.readUInt32LE(28);
  if (bytes.readUInt16LE(4) !== version || recordClass === undefined || length > pageLimit) return undefined;
  if (bytes.readUInt32LE(36) !== crc32(bytes.subarray(0, 36))) return undefined;
  return {
    class: recordClass,
    first: Number(bytes.readBigUInt64LE(8)),
    order: Number(bytes.readBigUInt64LE(16)),
    count: bytes.readUInt32LE(24),
    length,
    crc: bytes.readUInt32LE(32),
  };
}
