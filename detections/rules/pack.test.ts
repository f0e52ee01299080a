import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import type { AuditRecord } from '../../collectors/audit/event.ts';
import { normalise } from '../../collectors/audit/normalise.ts';
import { auditRecord } from '../../collectors/audit/record.ts';
import type { NodeEvent } from '../engine/fields/syscall.ts';
import { loadRules } from '../engine/load.ts';
import { problemText } from '../engine/problem.ts';
import { type Detection, slug } from './define.ts';
import { detections } from './index.ts';
import { packFiles } from './pack.ts';

const { engines, rules, problems } = loadRules(packFiles());

/** The names of the rules that an event fires. */
function fired({ source }: Detection, event: AuditRecord | NodeEvent): readonly string[] {
  if (source === 'syscall') return engines.syscall.match(event as NodeEvent).map(({ name }) => name);
  const record = auditRecord(JSON.parse(JSON.stringify(event)));
  const from = { provider: 'selfmanaged', route: 'test', cluster: null, pointer: 'test' } as const;
  return engines.k8s_audit.match(normalise(record, from)).map(({ name }) => name);
}

test('the pack loads without a word', () => {
  assert.deepEqual(problems.map(problemText), []);
  assert.equal(rules.length, detections.length);
});

test('each detection stands in the file of its name, is listed, and has what it must have', () => {
  const files = globSync('*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.test.ts'));
  const others = ['define.ts', 'index.ts', 'macros.ts', 'pack.ts'];
  assert.deepEqual(
    files.filter((file) => !others.includes(file)).sort(),
    detections.map(({ name }) => `${slug(name)}.ts`).sort(),
  );
  for (const { name, attack, references, description, remediation } of detections) {
    assert.ok(attack.length > 0 && references.length > 0 && description !== '' && remediation !== '', name);
    for (const { id } of attack) assert.match(id, /^T\d{4}(\.\d{3})?$/, name);
  }
});

test('each detection is covered by what its source delivers', () => {
  for (const { name, coverage } of rules) assert.deepEqual(coverage, { state: 'full', missing: [] }, name);
});

for (const detection of detections) {
  test(`${detection.name}: fires on its event, and not on its near miss`, () => {
    assert.ok(fired(detection, detection.fires).includes(detection.name));
    const miss = { ...detection.fires, ...detection.nearMiss.change } as AuditRecord | NodeEvent;
    assert.ok(!fired(detection, miss).includes(detection.name), detection.nearMiss.because);
  });
}
