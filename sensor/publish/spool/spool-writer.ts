import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type ByClass, byClass, type RecordClass, recordClasses } from '../record.ts';
import { readDelivered } from './delivered.ts';
import { LaneReader } from './lane-reader.ts';
import { encodePage } from './page.ts';
import { type Segment, segmentPath, segmentsIn, sizeOf } from './segments.ts';

export interface SpoolOptions {
  readonly folder: string;
  /** Of all segments together; at least 1 MiB for each class is sensible. */
  readonly limitBytes: number;
}

interface Lane {
  next: number;
  file: number | null;
  bytes: number;
}

const mark = 'collecting';
const numbersFile = 'numbers.json';
/** A segment goes as a whole, so that it should be a small part. */
const mostOfLimit = 1 / 64;
const diskFull: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG']);

/** The writing end of a spool; a folder has one writer at a time. docs/protocol/sensor.md, section 4. */
export class SpoolWriter {
  /** Whoever wrote before us ended without closing it. */
  readonly unclean: boolean;
  /** Records that there was no room for, and that are thus missing. */
  readonly dropped: ByClass = byClass(0);
  readonly #folder: string;
  readonly #limit: number;
  readonly #segmentBytes: number;
  readonly #lanes: Readonly<Record<RecordClass, Lane>>;
  #order: number;
  #bytes = 0;

  constructor({ folder, limitBytes }: SpoolOptions) {
    mkdirSync(folder, { recursive: true, mode: 0o2770 });
    this.#folder = folder;
    this.#limit = limitBytes;
    this.#segmentBytes = Math.ceil(limitBytes * mostOfLimit);
    this.unclean = existsSync(join(folder, mark));
    writeFileSync(join(folder, mark), '');
    const found = lastOf(folder);
    this.#lanes = found.lanes;
    this.#order = found.order;
    this.#measure();
  }

  /** Bytes in segments, as last measured. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends records, each with a newline, as one page; they get the next numbers. Without room they are dropped. */
  append(recordClass: RecordClass, payload: Buffer, count: number): void {
    const lane = this.#lanes[recordClass];
    const page = encodePage({ class: recordClass, first: lane.next, order: this.#order++, count, payload });
    if (this.#makeRoom(recordClass, page.length) && this.#write(recordClass, lane, page)) lane.next += count;
    else this.drop(recordClass, count);
  }

  /** Passes over numbers: these records cannot be written. */
  drop(recordClass: RecordClass, count: number): void {
    this.#lanes[recordClass].next += count;
    this.dropped[recordClass] += count;
    this.#keepNumbers();
  }

  close(): void {
    for (const recordClass of recordClasses) this.#finish(this.#lanes[recordClass]);
    rmSync(join(this.#folder, mark), { force: true });
  }

  #write(recordClass: RecordClass, lane: Lane, page: Buffer): boolean {
    if (lane.bytes + page.length > this.#segmentBytes) this.#finish(lane);
    try {
      lane.file ??= openSync(segmentPath(this.#folder, recordClass, lane.next), 'a', 0o640);
      const written = writeSync(lane.file, page);
      lane.bytes += written;
      this.#bytes += written;
      if (written === page.length) return true;
    } catch (error) {
      if (!diskFull.has((error as NodeJS.ErrnoException).code)) throw error;
    }
    this.#finish(lane); // what is behind half a page would be hard to find
    return false;
  }

  /** No page tells of numbers that were passed over last, and the next writer must not give them again. */
  #keepNumbers(): void {
    const numbers = Object.fromEntries(recordClasses.map((name) => [name, this.#lanes[name].next]));
    try {
      writeFileSync(join(this.#folder, numbersFile), JSON.stringify(numbers));
    } catch (error) {
      if (!diskFull.has((error as NodeJS.ErrnoException).code)) throw error;
    }
  }

  #finish(lane: Lane): void {
    if (lane.file !== null) closeSync(lane.file);
    lane.file = null;
    lane.bytes = 0;
  }

  /** False where only more precious records could give way. */
  #makeRoom(recordClass: RecordClass, bytes: number): boolean {
    if (this.#bytes + bytes <= this.#limit) return true;
    const segments = this.#measure(); // the publisher removes segments, too
    const closed = segments.filter((segment, index) =>
      segments.some((other, at) => at > index && other.class === segment.class),
    );
    for (const least of recordClasses.slice(recordClasses.indexOf(recordClass)).reverse()) {
      for (const segment of closed.filter((one) => one.class === least)) {
        if (this.#bytes + bytes <= this.#limit) return true;
        this.#bytes -= sizeOf(segment);
        rmSync(segment.path, { force: true });
      }
    }
    return this.#bytes + bytes <= this.#limit;
  }

  #measure(): readonly Segment[] {
    const segments = segmentsIn(this.#folder);
    this.#bytes = segments.reduce((sum, segment) => sum + sizeOf(segment), 0);
    return segments;
  }
}

/** Where the numbers of each class and the order go on. A new writer begins new segments. */
function lastOf(folder: string): { readonly lanes: Readonly<Record<RecordClass, Lane>>; readonly order: number } {
  const segments = segmentsIn(folder);
  const delivered = readDelivered(folder);
  const numbers = readNumbers(folder);
  let order = delivered?.order ?? 0;
  const lane = (recordClass: RecordClass): Lane => {
    const newest = segments.findLast((segment) => segment.class === recordClass);
    const first = newest?.first ?? 1;
    const reader = new LaneReader(folder, recordClass, first, { skippedBytes: 0, refusedPages: 0 });
    for (let page = reader.peek(); page; page = reader.peek()) {
      reader.take(page);
      order = Math.max(order, page.order + 1);
    }
    reader.close();
    // Of a segment with nothing but damage at least one record is lost, and its name is taken.
    const damaged = newest && reader.next === first && sizeOf(newest) > 0;
    const next = Math.max(
      reader.next + (damaged ? 1 : 0),
      delivered?.next[recordClass] ?? 1,
      numbers[recordClass] ?? 1,
    );
    return { next, file: null, bytes: 0 };
  };
  const lanes = Object.fromEntries(recordClasses.map((name) => [name, lane(name)])) as Record<RecordClass, Lane>;
  return { lanes, order };
}

function readNumbers(folder: string): Readonly<Partial<ByClass>> {
  try {
    return JSON.parse(readFileSync(join(folder, numbersFile), 'utf8')) as Partial<ByClass>;
  } catch (error) {
    // Half written on a full disk: then the pages say as much as there is to say.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
