import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import { type ByClass, byClass, type RecordClass, recordClasses } from './record.ts';
import type { LaneReader } from './spool/lane-reader.ts';
import type { Page } from './spool/page.ts';

/** The most that one batch holds; docs/protocol/sensor.md, section 5. */
export const batchLimits = { bytes: 1 << 20, decodedBytes: 4 << 20, records: 5_000, precious: 1_000 } as const;

export type Encoding = 'zstd' | 'gzip';

export type Lanes = Readonly<Record<RecordClass, LaneReader>>;

/** Pages that go together, in their order, and what was found missing before them. */
export interface Gathered {
  readonly pages: readonly Page[];
  readonly counts: ByClass;
  readonly missing: ByClass;
  readonly bytes: number;
}

/** Takes the next pages from the lanes, as many as fit; at least one where there is any. */
export function gather(lanes: Lanes, mostBytes: number): Gathered {
  const pages: Page[] = [];
  const counts = byClass(0);
  const missing = byClass(0);
  let bytes = 0;
  let records = 0;
  for (;;) {
    const page = earliest(lanes);
    if (!page) break;
    const precious = counts.gap + counts.alert + (page.class === 'gap' || page.class === 'alert' ? page.count : 0);
    const fits =
      bytes + page.payload.length <= mostBytes &&
      records + page.count <= batchLimits.records &&
      precious <= batchLimits.precious;
    if (!fits && pages.length > 0) break;
    const lane = lanes[page.class];
    missing[page.class] += page.first - lane.next;
    lane.take(page);
    pages.push(page);
    counts[page.class] += page.count;
    bytes += page.payload.length;
    records += page.count;
  }
  return { pages, counts, missing, bytes };
}

function earliest(lanes: Lanes): Page | undefined {
  const pages = recordClasses.map((name) => lanes[name].peek()).filter((page) => page !== undefined);
  return pages.reduce<Page | undefined>(
    (first, page) => (first && first.order <= page.order ? first : page),
    undefined,
  );
}

/** The lines of a batch. `untold` is what went missing before, without pages of its own to tell it by. */
export function batchText(
  { instance, sequence }: { readonly instance: string; readonly sequence: number },
  { pages }: Gathered,
  next: Readonly<ByClass>,
  untold: Readonly<ByClass>,
): Buffer {
  const at = { ...next };
  const parts: Buffer[] = [line({ instance, sequence })];
  for (const name of recordClasses) {
    if (untold[name] > 0 && !pages.some((page) => page.class === name))
      parts.push(line({ class: name, first: next[name], count: 0, missing: untold[name] }));
  }
  const told = byClass(0);
  for (const { class: name, first, count, payload } of pages) {
    const missing = first - at[name] + untold[name] - told[name];
    told[name] = untold[name];
    at[name] = first + count;
    parts.push(line({ class: name, first, count, missing }), payload);
  }
  return Buffer.concat(parts);
}

function line(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

const compressors = {
  zstd: (text: Buffer) => promisify(zstdCompress)(text, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  gzip: (text: Buffer) => promisify(gzip)(text, { level: 1 }),
} as const;

export function compress(text: Buffer, encoding: Encoding): Promise<Buffer> {
  return compressors[encoding](text);
}

/** As RFC 9530 writes it. */
export function contentDigest(content: Buffer): string {
  return `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;
}
