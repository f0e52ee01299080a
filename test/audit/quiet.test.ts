import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { normalise } from '../../collectors/audit/normalise.ts';
import { auditRecord } from '../../collectors/audit/record.ts';
import { judge } from './judge.ts';

/** One event in 25 of a recording by bench/quiet.ts: rollouts, controllers, an administrator's reads. */
const recording = join(import.meta.dirname, '../fixtures/audit/busy.ndjson.gz');

test('everyday operations of a busy cluster raise nothing of MEDIUM or above', async () => {
  const source = { provider: 'selfmanaged', route: 'file', cluster: null, pointer: 'recording' } as const;
  const lines = gunzipSync(readFileSync(recording)).toString().trimEnd().split('\n');
  const { events, alerts, troubles } = await judge([
    lines.map((line) => normalise(auditRecord(JSON.parse(line)), source)),
  ]);
  assert.ok(events > 3_000, `${events} events`);
  assert.deepEqual(troubles, []);
  assert.deepEqual(
    alerts.filter(({ severity }) => severity !== 'INFORMATIONAL' && severity !== 'LOW').map(({ output }) => output),
    [],
  );
});
