import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FidelityPart } from '../../collectors/audit/event.ts';
import { loadRules } from './load.ts';
import { notCovered } from './not-covered.ts';

const coverage = (condition: string, parts: readonly FidelityPart[], verbs: readonly string[] = []): unknown => {
  const text = `- rule: A\n  desc: d\n  output: o\n  source: k8s_audit\n  priority: NOTICE\n  condition: ${condition}`;
  const { engines, problems } = loadRules([{ name: 'test', text }]);
  assert.deepEqual(problems, []);
  const [found] = notCovered(engines.k8s_audit.rules, { parts, verbs });
  return found === undefined ? ['full'] : [found.state, ...found.missing];
};

test('a rule that needs what is not delivered is not covered, and one that can do without only in part', () => {
  const groups = 'ka.user.groups intersects (system:masters)';
  assert.deepEqual(coverage(`ka.verb = create and ${groups}`, ['groups']), ['none', 'ka.user.groups']);
  assert.deepEqual(coverage(`ka.verb = create or ${groups}`, ['groups']), ['partial', 'ka.user.groups']);
  assert.deepEqual(coverage(`ka.verb = create and not ${groups}`, ['groups']), ['partial', 'ka.user.groups']);
  assert.deepEqual(coverage('ka.user.name = a', ['groups']), ['full']);
  assert.deepEqual(coverage('ka.uri.param[command] contains sh and ka.uri contains exec', ['query']), [
    'none',
    'ka.uri.param[command]',
  ]);
  assert.deepEqual(coverage('jevt.value[/user/extra/arn/0] = a', ['extra']), ['none', 'jevt.value[/user/extra/arn/0]']);
  assert.deepEqual(coverage('jevt.value[/user/username] = a', ['extra', 'groups']), ['full']);
});

test('a pod spec is read from the request or from the answer', () => {
  const hostPid = 'ka.req.pod.host_pid = true';
  assert.deepEqual(coverage(hostPid, ['requestObject']), ['full']);
  assert.deepEqual(coverage(hostPid, ['requestObject', 'responseObject']), ['none', 'ka.req.pod.host_pid']);
  assert.deepEqual(coverage('ka.req.configmap.name = coredns', ['requestObject']), ['full']);
});

test('verbs of which nothing is told leave rules without events', () => {
  const reads = ['get', 'list'];
  assert.deepEqual(coverage('ka.verb = list', [], reads), ['none', 'ka.verb = list']);
  assert.deepEqual(coverage('ka.verb in (get, list)', [], reads), ['none', 'ka.verb = get', 'ka.verb = list']);
  assert.deepEqual(coverage('ka.verb in (get, watch)', [], reads), ['partial', 'ka.verb = get']);
  assert.deepEqual(coverage('ka.verb in (create, delete)', [], reads), ['full']);
  assert.deepEqual(coverage('ka.user.name = a and not ka.verb = list', [], reads), ['full']);
  assert.deepEqual(coverage('not (ka.user.name = a or not ka.verb = list)', [], reads), ['none', 'ka.verb = list']);
});
