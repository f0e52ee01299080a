import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { RecordClass } from '../record.ts';
import { decodeHeader, type Page, pageHeaderBytes, pageMagic } from './page.ts';
import { type Segment, segmentsIn } from './segments.ts';

/** What a reader could not use; every number only grows. Which records it cost, their numbers tell. */
export interface SpoolDamage {
  /** Bytes that belong to no page. */
  skippedBytes: number;
  /** Pages whose payload is not what was written. */
  refusedPages: number;
}

interface Open {
  readonly segment: Segment;
  readonly file: number;
  at: number;
}

/** Reads the pages of one class, in their order, while another process writes them. */
export class LaneReader {
  readonly #folder: string;
  readonly #class: RecordClass;
  readonly #damage: SpoolDamage;
  #next: number;
  #open: Open | undefined;
  #page: Page | undefined;

  /** @param next the number of the first record to read */
  constructor(folder: string, recordClass: RecordClass, next: number, damage: SpoolDamage) {
    this.#folder = folder;
    this.#class = recordClass;
    this.#next = next;
    this.#damage = damage;
  }

  /** The number of the next record; the page that peek() shows may begin later, and what is between is lost. */
  get next(): number {
    return this.#next;
  }

  /** The next page; undefined while there is none. */
  peek(): Page | undefined {
    this.#page ??= this.#read();
    return this.#page;
  }

  /** The page has been taken. */
  take({ first, count }: Page): void {
    this.#next = first + count;
    this.#page = undefined;
  }

  close(): void {
    if (this.#open) closeSync(this.#open.file);
    this.#open = undefined;
  }

  #read(): Page | undefined {
    if (!this.#open) {
      const segments = this.#segments();
      const holding = segments.findLast(({ first }) => first <= this.#next) ?? segments[0];
      if (!holding || !this.#enter(holding.first)) return undefined;
    }
    while (this.#open) {
      const found = this.#pageAt(this.#open);
      if (found === 'end') {
        if (!this.#leave(this.#open)) return undefined;
      } else if (found && found.first >= this.#next) return found;
    }
    return undefined;
  }

  /** Opens the first segment from there on; false where there is none. */
  #enter(from: number): boolean {
    for (const segment of this.#segments().filter(({ first }) => first >= from)) {
      try {
        this.#open = { segment, file: openSync(segment.path, 'r'), at: 0 };
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // it gave way meanwhile
      }
    }
    return false;
  }

  /** Goes from the end of a segment to the next, if there is one: then nobody writes to this one any more. */
  #leave(open: Open): boolean {
    const { segment, file } = open;
    if (!this.#segments().some(({ first }) => first > segment.first)) return false;
    const { size } = fstatSync(file);
    if (this.#complete(open, size)) return true; // written between our look and the rotation
    this.#damage.skippedBytes += size - open.at;
    this.close();
    return this.#enter(segment.first + 1);
  }

  #segments(): readonly Segment[] {
    return segmentsIn(this.#folder).filter((segment) => segment.class === this.#class);
  }

  #complete({ file, at }: Open, size: number): boolean {
    const header = decodeHeader(this.#bytes(file, at, pageHeaderBytes));
    return header !== undefined && at + pageHeaderBytes + header.length <= size;
  }

  /** The page there; undefined for one that was stepped over; `end` where there is none, or not yet. */
  #pageAt(open: Open): Page | 'end' | undefined {
    const bytes = this.#bytes(open.file, open.at, pageHeaderBytes);
    if (bytes.length < pageHeaderBytes) return 'end';
    const header = decodeHeader(bytes);
    if (header?.class !== this.#class) return this.#skip(open);
    const payload = this.#bytes(open.file, open.at + pageHeaderBytes, header.length);
    if (payload.length < header.length) return 'end';
    open.at += pageHeaderBytes + header.length;
    if (crc32(payload) === header.crc) return { ...header, payload };
    this.#damage.refusedPages++;
    return undefined;
  }

  /** Steps over what is no page, to the next magic. */
  #skip(open: Open): 'end' | undefined {
    const { size } = fstatSync(open.file);
    const rest = this.#bytes(open.file, open.at, size - open.at);
    const found = rest.indexOf(pageMagic, 1);
    const skipped = found === -1 ? rest.length : found;
    this.#damage.skippedBytes += skipped;
    open.at += skipped;
    return found === -1 ? 'end' : undefined;
  }

  #bytes(file: number, at: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, readSync(file, buffer, 0, length, at));
  }
}
