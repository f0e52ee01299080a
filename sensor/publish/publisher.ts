import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pauseMs } from './answer.ts';
import { batchLimits, batchText, compress, contentDigest, type Encoding, gather, type Lanes } from './batch.ts';
import type { ReceiverClient } from './receiver-client.ts';
import { type ByClass, byClass, type RecordClass, recordClasses } from './record.ts';
import { type Delivered, readDelivered } from './spool/delivered.ts';
import { LaneReader, type SpoolDamage } from './spool/lane-reader.ts';
import { type Batch, dropBatch, putBatch, putDelivered, readBatch } from './spool/outbox.ts';
import { segmentsIn } from './spool/segments.ts';

/** How a publisher fares; every number only grows, but for what is said of now. */
export interface PublisherStatus {
  batches: number;
  /** Records that were acknowledged. */
  readonly delivered: ByClass;
  /** Records that were lost in the spool, or refused. */
  readonly missing: ByClass;
  /** Of these, those that the receiver refused for good. */
  readonly refused: ByClass;
  readonly damage: SpoolDamage;
  failures: number;
  /** When the batch under way was made, ms since the epoch; null while none is. */
  waitingSince: number | null;
}

export function publisherStatus(): PublisherStatus {
  return {
    batches: 0,
    delivered: byClass(0),
    missing: byClass(0),
    refused: byClass(0),
    damage: { skippedBytes: 0, refusedPages: 0 },
    failures: 0,
    waitingSince: null,
  };
}

export interface PublishOptions {
  readonly folder: string;
  readonly client: ReceiverClient;
  readonly status: PublisherStatus;
  readonly signal: AbortSignal;
  /** Told when trying fails for another reason than the last time, and when it works again (null). */
  readonly onTrouble?: (message: string | null) => void;
}

const pollMs = 250;
/** Pages of one batch as they lie in the spool; compressed they are far below what a batch may be. */
const gatherBytes = 1 << 20;
/** Small batches are made this far apart, unless there is an alert or a gap in one. */
const restMs = 1_000;

/**
 * Delivers a spool, one batch at a time, until the signal. A spool has one publisher. Rejects where the folder cannot be
 * read or written.
 */
export async function publish(options: PublishOptions): Promise<void> {
  const { folder, signal } = options;
  const publisher = new Publisher(options, readDelivered(folder) ?? (await begin(folder)));
  let batch = await publisher.pending();
  try {
    while (!signal.aborted) {
      batch ??= await publisher.nextBatch();
      if (batch) batch = await publisher.deliver(batch);
      else await pause(pollMs, signal);
    }
  } finally {
    publisher.close();
  }
}

/** Gives the spool an identity, which must be there before a batch bears it. */
async function begin(folder: string): Promise<Delivered> {
  const delivered = { instance: randomUUID(), sequence: 0, next: byClass(1), missing: byClass(0), order: 0 };
  await putDelivered(folder, delivered);
  return delivered;
}

class Publisher {
  readonly #options: PublishOptions;
  #delivered: Delivered;
  #lanes: Lanes;
  #encoding: Encoding = 'zstd';
  #mostBytes = gatherBytes;
  #failures = 0;
  #restUntil = 0;
  #trouble: string | null = null;

  constructor(options: PublishOptions, delivered: Delivered) {
    this.#options = options;
    this.#delivered = delivered;
    this.#lanes = this.#openLanes();
  }

  /** The batch that was under way when the last publisher ended. */
  async pending(): Promise<Batch | undefined> {
    const batch = await readBatch(this.#options.folder);
    const { instance, sequence } = this.#delivered;
    if (batch?.instance !== instance || batch.sequence !== sequence + 1) return undefined;
    this.#options.status.waitingSince = Date.now();
    return batch;
  }

  /** Makes a batch of what is there, and keeps it; undefined where there is nothing. */
  async nextBatch(): Promise<Batch | undefined> {
    const { folder, status } = this.#options;
    this.#reopenLanes();
    const urgent = this.#lanes.gap.peek() ?? this.#lanes.alert.peek();
    if (!urgent && Date.now() < this.#restUntil) return undefined;
    const gathered = gather(this.#lanes, this.#mostBytes);
    if (gathered.pages.length === 0) return undefined;
    const { instance, sequence, next, missing } = this.#delivered;
    const identity = { instance, sequence: sequence + 1 };
    const body = await compress(batchText(identity, gathered, next, missing), this.#encoding);
    const batch: Batch = {
      ...identity,
      encoding: this.#encoding,
      digest: contentDigest(body),
      counts: gathered.counts,
      missing: sum(gathered.missing, missing),
      pages: gathered.pages.length,
      next: mapClasses((name) => this.#lanes[name].next),
      order: (gathered.pages.at(-1)?.order ?? 0) + 1,
      body,
    };
    if (body.length > batchLimits.bytes && batch.pages > 1) return this.#smaller();
    await putBatch(folder, batch);
    if (gathered.bytes < this.#mostBytes / 2) this.#restUntil = Date.now() + restMs;
    status.waitingSince = Date.now();
    return batch;
  }

  /** One try; the batch again where another is needed. */
  async deliver(batch: Batch): Promise<Batch | undefined> {
    const { client, signal, status } = this.#options;
    const { verdict, message } = await client.send(batch, signal);
    if (signal.aborted && verdict.kind !== 'taken') return batch;
    if (verdict.kind === 'again') {
      status.failures++;
      this.#report(message);
      await pause(verdict.afterMs ?? pauseMs(++this.#failures, Math.random()), signal);
      return batch;
    }
    this.#failures = 0;
    this.#report(verdict.kind === 'taken' ? null : message);
    switch (verdict.kind) {
      case 'taken':
        await this.#settle(batch, batch.sequence, byClass(0));
        add(status.delivered, batch.counts);
        add(status.missing, batch.missing);
        status.batches++;
        return undefined;
      case 'encoding':
        if (this.#encoding === 'gzip') return this.#refuse(batch);
        this.#encoding = 'gzip';
        return this.nextBatch();
      case 'tooLarge':
        return batch.pages > 1 ? this.#smaller() : this.#refuse(batch);
      case 'conflict':
        await this.#settle({ ...this.#delivered }, 0, this.#delivered.missing, randomUUID());
        return this.nextBatch();
      case 'refused':
        return this.#refuse(batch);
    }
  }

  close(): void {
    for (const name of recordClasses) this.#lanes[name].close();
  }

  #smaller(): Promise<Batch | undefined> {
    this.#mostBytes = Math.ceil(this.#mostBytes / 2);
    return this.nextBatch();
  }

  /** Its records are lost, which the next batch tells. */
  async #refuse(batch: Batch): Promise<undefined> {
    const { status } = this.#options;
    add(status.refused, batch.counts);
    await this.#settle(batch, this.#delivered.sequence, sum(batch.counts, batch.missing));
  }

  /** Notes how far delivery has come, and frees the room. */
  async #settle(
    { next, order }: Pick<Batch, 'next' | 'order'>,
    sequence: number,
    missing: Readonly<ByClass>,
    instance = this.#delivered.instance,
  ): Promise<void> {
    const { folder, status } = this.#options;
    this.#delivered = { instance, sequence, next, missing, order };
    await putDelivered(folder, this.#delivered);
    await dropBatch(folder);
    status.waitingSince = null;
    const segments = segmentsIn(folder);
    segments.forEach((segment, index) => {
      const later = segments.slice(index + 1).find((other) => other.class === segment.class);
      if (later && later.first <= next[segment.class]) rmSync(segment.path, { force: true });
    });
  }

  /** After a batch that came to nothing the lanes stand behind its pages. */
  #reopenLanes(): void {
    const { next } = this.#delivered;
    if (recordClasses.every((name) => this.#lanes[name].next === next[name])) return;
    this.close();
    this.#lanes = this.#openLanes();
  }

  #openLanes(): Lanes {
    const { folder, status } = this.#options;
    return mapClasses((name) => new LaneReader(folder, name, this.#delivered.next[name], status.damage));
  }

  #report(message: string | null): void {
    if (message !== this.#trouble) this.#options.onTrouble?.(message);
    this.#trouble = message;
  }
}

function mapClasses<T>(of: (name: RecordClass) => T): Record<RecordClass, T> {
  return Object.fromEntries(recordClasses.map((name) => [name, of(name)])) as Record<RecordClass, T>;
}

function add(to: ByClass, more: Readonly<ByClass>): void {
  for (const name of recordClasses) to[name] += more[name];
}

function sum(a: Readonly<ByClass>, b: Readonly<ByClass>): ByClass {
  return mapClasses((name) => a[name] + b[name]);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
