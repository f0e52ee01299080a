import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { wholeTenant } from '../../graph/model/scope.ts';
import { openDatabase } from '../../graph/store/sqlite/database.ts';
import { openSqlite } from '../../graph/store/sqlite/open.ts';
import { random, seeds } from '../property/random.ts';
import { killDelta, killSurvivors } from './kill-delta.ts';

const writer = fileURLToPath(new URL('./kill-writer.ts', import.meta.url));

/** Runs the writer and kills it so long after its start, or its first commit; the last version it acknowledged, 0 for none. */
async function killed(path: string, since: 'start' | 'commit', ms: number): Promise<number> {
  const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const closed = once(child, 'close');
  if (since === 'commit') await Promise.race([once(child.stdout, 'data'), closed]);
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const [, signal] = (await closed) as [number | null, string | null];
  clearTimeout(timer);
  assert.equal(signal, 'SIGKILL', 'the writer ended by itself');
  // The last line counts only when it is whole.
  return Number(printed.split('\n').at(-2) ?? 0);
}

test('a store killed at any moment, 50 times, has every acknowledged delta', { timeout: 180_000 }, async (t) => {
  const [seed = 1] = seeds(1, Date.now() % 1_000_000);
  t.diagnostic(`PORTOLAN_SEED=${seed}`);
  const chance = random(seed);
  const folder = await mkdtemp(join(tmpdir(), 'portolan-kill-'));
  let commits = 0;
  let whileWriting = 0;
  try {
    for (let round = 0; round < 50; round++) {
      const path = join(folder, `${Math.floor(round / 10)}.db`);
      const acknowledged = chance.chance(0.2)
        ? await killed(path, 'start', 100 + chance.integer(500))
        : await killed(path, 'commit', chance.integer(200));
      const hint = `PORTOLAN_SEED=${seed}, round ${round}, version ${acknowledged} acknowledged`;
      const db = openDatabase(path);
      assert.equal(db.pragma('integrity_check', { simple: true }), 'ok', hint);
      db.close();
      const opened = await openSqlite(path);
      const { alpha: version = 0 } = await opened.store.version('killed');
      assert.ok(version >= acknowledged, `${hint}, but the store is at ${version}`);
      if (acknowledged > 0) {
        assert.ok(version <= acknowledged + 1, `${hint}, but the store is at ${version}`);
        whileWriting++;
      }
      await verify(opened.store, version, hint);
      await opened.close();
      if (round % 10 === 9) commits += version;
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  t.diagnostic(`${whileWriting} of 50 kills while it was committing, ${commits} deltas`);
  assert.ok(whileWriting >= 30, 'most kills should fall between commits');
});

async function verify(store: Awaited<ReturnType<typeof openSqlite>>['store'], version: number, hint: string) {
  const enough = new AbortController();
  let next = 1;
  if (version === 0) enough.abort();
  for await (const change of store.changes('killed', {}, enough.signal)) {
    assert.equal(change.version, next, `${hint}: versions are dense`);
    assert.deepEqual(change.delta, killDelta(next), hint);
    if (next++ === version) enough.abort();
  }
  const page = { first: 1_000 };
  const { items } = await store.find(wholeTenant('killed'), { kinds: ['Pod'], page });
  const names = items.map(({ item }) => item.name).sort();
  assert.deepEqual(names, killSurvivors(version), hint);
  const near = await store.adjacent(
    wholeTenant('killed'),
    items.map(({ item }) => item.id),
    { relationships: ['RUNS_ON'], direction: 'out', page },
  );
  assert.ok(
    near.every(({ items }) => items.length === 1),
    `${hint}: every pod runs on the machine`,
  );
}
