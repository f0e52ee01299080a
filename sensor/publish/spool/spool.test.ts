import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { random } from '../../../test/property/random.ts';
import { byClass, type RecordClass, recordClasses } from '../record.ts';
import { LaneReader } from './lane-reader.ts';
import { segmentsIn } from './segments.ts';
import { SpoolWriter } from './spool-writer.ts';

const home = mkdtempSync(join(tmpdir(), 'portolan-spool-'));
after(() => rmSync(home, { recursive: true }));

/** What a reader finds of a class from its beginning, and what it misses before what it finds. */
function read(folder: string, recordClass: RecordClass, damage = { skippedBytes: 0, refusedPages: 0 }) {
  const reader = new LaneReader(folder, recordClass, 1, damage);
  const found: string[] = [];
  let missing = 0;
  for (let page = reader.peek(); page; page = reader.peek()) {
    missing += page.first - reader.next;
    const lines = page.payload.toString().split('\n').slice(0, -1);
    assert.equal(lines.length, page.count);
    found.push(...lines);
    reader.take(page);
  }
  reader.close();
  return { found, missing, next: reader.next };
}

test('whatever is written, restarted, shed and damaged: found + missing = written, in order', () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
  const { integer, chance, pick } = random(seed);
  for (let round = 0; round < 15; round++) {
    const folder = join(home, `${round}`);
    const limitBytes = 20_000 + integer(200_000);
    const written = byClass(0);
    let spool = new SpoolWriter({ folder, limitBytes });
    for (let step = 0; step < 100; step++) {
      if (chance(0.05)) {
        if (chance(0.5)) spool.close();
        spool = new SpoolWriter({ folder, limitBytes });
      }
      const recordClass = pick(recordClasses);
      const count = 1 + integer(20);
      const lines = Array.from(
        { length: count },
        (_, index) => `${written[recordClass] + index + 1} ${'x'.repeat(integer(300))}\n`,
      );
      spool.append(recordClass, Buffer.from(lines.join('')), count);
      written[recordClass] += count;
      assert.ok(spool.bytes <= limitBytes, `seed ${seed}: ${spool.bytes} bytes`);
    }
    const damaged = pick(segmentsIn(folder));
    const bytes = readFileSync(damaged.path);
    for (let flips = integer(4); flips > 0; flips--) bytes[integer(bytes.length)] = integer(256);
    writeFileSync(damaged.path, chance(0.3) ? bytes.subarray(0, integer(bytes.length)) : bytes);
    // A last record in each class, with room for it, tells of what was lost before.
    spool = new SpoolWriter({ folder, limitBytes: 2 * limitBytes });
    for (const recordClass of recordClasses) spool.append(recordClass, Buffer.from('last\n'), 1);
    for (const recordClass of recordClasses) {
      const { found, missing } = read(folder, recordClass);
      const numbers = found.slice(0, -1).map((line) => Number(line.split(' ', 1)));
      assert.ok(
        numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number)),
        `seed ${seed}: ${recordClass} out of order`,
      );
      const exact = damaged.class !== recordClass || found.length + missing > written[recordClass];
      assert.equal(found.at(-1), 'last');
      if (exact) assert.equal(found.length + missing, written[recordClass] + 1, `seed ${seed}: ${recordClass}`);
    }
  }
});

test('a reader follows a writer from segment to segment', () => {
  const folder = join(home, 'follow');
  const spool = new SpoolWriter({ folder, limitBytes: 64 * 1024 });
  const reader = new LaneReader(folder, 'alert', 1, { skippedBytes: 0, refusedPages: 0 });
  assert.equal(reader.peek(), undefined);
  for (let number = 1; number <= 30; number++) {
    spool.append('alert', Buffer.from(`${'x'.repeat(500)}\n`), 1);
    const page = reader.peek();
    assert.equal(page?.first, number);
    reader.take(page as NonNullable<typeof page>);
    assert.equal(reader.peek(), undefined);
  }
  assert.ok(segmentsIn(folder).length > 10);
  reader.close();
  spool.close();
});

test('a writer knows when the last one was killed, and goes on with its numbers', () => {
  const folder = join(home, 'unclean');
  const first = new SpoolWriter({ folder, limitBytes: 1 << 20 });
  assert.equal(first.unclean, false);
  first.append('process', Buffer.from('{}\n{}\n'), 2);
  const second = new SpoolWriter({ folder, limitBytes: 1 << 20 });
  assert.equal(second.unclean, true);
  second.append('process', Buffer.from('{}\n'), 1);
  second.close();
  assert.equal(new SpoolWriter({ folder, limitBytes: 1 << 20 }).unclean, false);
  assert.deepEqual(read(folder, 'process'), { found: ['{}', '{}', '{}'], missing: 0, next: 4 });
});
