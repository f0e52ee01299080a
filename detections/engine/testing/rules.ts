import assert from 'node:assert/strict';
import type { AuditEvent, AuditRecord, JsonObject } from '../../../collectors/audit/event.ts';
import type { NodeEvent } from '../fields/syscall.ts';
import { type LoadedRules, loadRules } from '../load.ts';
import { problemText } from '../problem.ts';

/** A rule file with one rule of this condition. */
export function ruleFile(condition: string, source = 'syscall'): string {
  const indented = condition.replaceAll('\n', '\n    ');
  return `- rule: r\n  desc: d\n  source: ${source}\n  output: o\n  priority: NOTICE\n  condition: |\n    ${indented}\n`;
}

export function load(...texts: readonly string[]): LoadedRules {
  return loadRules(texts.map((text, index) => ({ name: `rules-${index}.yaml`, text })));
}

/** Whether a condition holds of an event. */
export function fires(condition: string, event: unknown, source: 'syscall' | 'k8s_audit' = 'syscall'): boolean {
  const { engines, problems } = load(ruleFile(condition, source));
  assert.deepEqual(problems.map(problemText), [], condition);
  const matched =
    source === 'syscall' ? engines.syscall.match(event as NodeEvent) : engines.k8s_audit.match(event as AuditEvent);
  return matched.length > 0;
}

/** Why a condition is refused. */
export function refusal(condition: string, source = 'syscall'): string {
  const { problems, rules } = load(ruleFile(condition, source));
  assert.equal(rules.length, 0, `${condition} is taken`);
  assert.equal(problems.length, 1, condition);
  return problemText(problems[0] as (typeof problems)[number]);
}

/** An audit event that creates a pod, unless said otherwise. */
export function auditEvent(changes: Partial<AuditRecord>): AuditEvent {
  const record: AuditRecord = {
    auditID: 'a',
    stage: 'ResponseComplete',
    verb: 'create',
    objectRef: { resource: 'pods', namespace: 'default' },
    ...changes,
  };
  const object = record.requestObject as JsonObject | null | undefined;
  return {
    record,
    source: { provider: 'selfmanaged', route: 'test', cluster: null, pointer: 'test' },
    derived: {
      action: record.verb,
      workload: null,
      podSpec: (object?.spec as JsonObject | undefined) ?? null,
      allowed: null,
      actorKind: 'user',
      actorServiceAccount: null,
      clientIp: null,
    },
    fidelity: { missing: [], inferred: [] },
  };
}
