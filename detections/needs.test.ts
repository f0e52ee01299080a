import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditRecord } from '../collectors/audit/event.ts';
import { normalise } from '../collectors/audit/normalise.ts';
import { behaviours } from './baselines/behaviours/index.ts';
import { correlations } from './correlate/index.ts';
import { createEngine } from './engine/engine.ts';
import { sources } from './engine/fields/sources.ts';
import { notCovered } from './engine/not-covered.ts';
import { needsOf } from './needs.ts';

const rules = needsOf(correlations, behaviours);
const source = { provider: 'selfmanaged', route: 'test', cluster: null, pointer: 'test' } as const;

test('the events that a correlation says it needs are among those that fire it', () => {
  const engine = createEngine(sources.k8s_audit, rules);
  for (const { source: of, name, fires } of correlations) {
    if (of !== 'k8s_audit') continue;
    const matched = fires.events.flatMap((event) => engine.match(normalise(event as AuditRecord, source)));
    assert.ok(
      matched.some(({ name: found }) => found === name),
      name,
    );
  }
});

test('of what Google delivers by itself some can do nothing, and some only in part', () => {
  const parts = ['groups', 'extra', 'query'] as const;
  const lost = notCovered(rules, { parts, verbs: ['get', 'list', 'watch'] });
  assert.deepEqual(lost.map(({ rule, state }) => [rule, state]).sort(), [
    ['Credential taken and used', 'partial'],
    ['Refused often, then let in', 'partial'],
    ['Rights looked up, then used', 'partial'],
    ['Token used away from its node', 'none'],
    ['Unusual secret access', 'none'],
  ]);
  assert.deepEqual(notCovered(rules, { parts: [], verbs: [] }), []);
});
