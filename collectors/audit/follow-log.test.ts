import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { random } from '../../test/property/random.ts';
import { followLog, type LogCursor } from './follow-log.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function logFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-log-'));
  folders.push(folder);
  return join(folder, 'audit.log');
}

const source = { provider: 'selfmanaged', route: 'file', cluster: null } as const;
const line = (id: number | string): string =>
  `${JSON.stringify({ auditID: `event ${id}`, stage: 'ResponseComplete', verb: 'get', requestURI: 'x'.repeat(Number(id) % 50) })}\n`;

/** Reads until so many events have come in all, then goes away as a process does that is killed. */
async function read(path: string, after: LogCursor | null, count: number) {
  const stop = new AbortController();
  const ids: string[] = [];
  const problems: string[] = [];
  let cursor = after;
  const timeout = setTimeout(() => stop.abort(), 5_000);
  for await (const batch of followLog(path, { source, after, pollMs: 5 }, stop.signal)) {
    ids.push(...batch.events.map(({ record }) => record.auditID.slice(6)));
    problems.push(...batch.problems.map(({ message }) => message));
    cursor = batch.cursor;
    if (ids.length >= count) break;
  }
  clearTimeout(timeout);
  return { ids, problems, cursor };
}

test('a log is followed over renaming and truncating while it is read', async () => {
  const path = logFile();
  writeFileSync(path, line(1) + line(2));
  const stop = new AbortController();
  const ids: string[] = [];
  const until = async (count: number): Promise<void> => {
    for (const limit = Date.now() + 5_000; ids.length < count && Date.now() < limit; )
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(ids.length, count);
  };
  const following = (async () => {
    for await (const { events } of followLog(path, { source, after: null, pollMs: 5 }, stop.signal))
      ids.push(...events.map(({ record }) => record.auditID.slice(6)));
  })();
  await until(2);
  appendFileSync(path, line(3).slice(0, 10));
  appendFileSync(path, line(3).slice(10));
  renameSync(path, path.replace('.log', '-1.log'));
  appendFileSync(path.replace('.log', '-1.log'), line(4)); // the writer still had it open
  await until(4);
  writeFileSync(path, line(5));
  await until(5);
  appendFileSync(path, line(6));
  copyFileSync(path, `${path}.2`);
  truncateSync(path);
  appendFileSync(path, line(7));
  await until(7);
  stop.abort();
  await following;
  assert.deepEqual(ids, ['1', '2', '3', '4', '5', '6', '7']);
});

test('whatever is written, rotated and restarted, each event comes once and in order', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6);
  const dice = random(seed);
  const integer = (least: number, most: number): number => least + dice.integer(most - least + 1);
  for (let round = 0; round < 15; round++) {
    const path = logFile();
    let [written, taken, rotations] = [0, 0, 0];
    let cursor: LogCursor | null = null;
    const ids: string[] = [];
    for (let step = 0; step < 12; step++) {
      const action = integer(0, 3);
      if (action <= 1) for (let n = integer(1, 40); n > 0; n--) appendFileSync(path, line(++written));
      else if (action === 2 && written > taken) {
        const result = await read(path, cursor, integer(1, written - taken));
        ids.push(...result.ids);
        assert.deepEqual(result.problems, [], `seed ${seed}`);
        taken = ids.length;
        cursor = result.cursor;
      } else if (action === 3 && written > 0) {
        const to = path.replace('.log', `-${++rotations}.log`);
        try {
          if (integer(0, 1) === 0) renameSync(path, to);
          else {
            copyFileSync(path, to);
            truncateSync(path);
          }
          utimesSync(to, rotations, rotations); // in this order, however fast it goes
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        }
        appendFileSync(path, line(++written));
        // A log that nobody has read yet is read from the file that has its name now.
        if (cursor === null) {
          taken = written - 1;
          ids.splice(0, ids.length, ...Array.from({ length: taken }, (_, index) => String(index + 1)));
        }
      }
    }
    if (written > taken) ids.push(...(await read(path, cursor, written - taken)).ids);
    assert.deepEqual(
      ids,
      Array.from({ length: written }, (_, index) => String(index + 1)),
      `seed ${seed}, round ${round}`,
    );
  }
});

test('what is no event is told of with its place, and what has been lost is not kept quiet', async () => {
  const path = logFile();
  writeFileSync(path, `${line(1)}not json\n${line(2)}`);
  const first = await read(path, null, 2);
  assert.deepEqual(first.ids, ['1', '2']);
  assert.match(first.problems.join(), /not JSON/);
  rmSync(path);
  writeFileSync(path, line(3));
  const second = await read(path, first.cursor, 1);
  assert.deepEqual(second.ids, ['3']);
  assert.match(second.problems.join(), /is gone: what was written to it after byte \d+ is lost/);
});
