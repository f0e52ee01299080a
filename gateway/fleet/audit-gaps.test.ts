import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditSourceState } from '../ingest/audit-source.ts';
import { auditGaps } from './audit-gaps.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');
const ago = (ms: number): string => new Date(now - ms).toISOString();
const hour = 3_600_000;
const state = (changes: Partial<AuditSourceState> = {}): AuditSourceState => ({
  address: 'eks://eu-central-1/prod',
  heardAt: ago(1_000),
  failing: null,
  unread: null,
  notCovered: [],
  ...changes,
});
const gaps = (...sources: readonly AuditSourceState[]) =>
  auditGaps(sources, now).map(({ properties: { reason, subject, message } }) => [reason, subject, message]);

test('a cluster of which no audit events come in says so, and is none the worse for it', () => {
  assert.deepEqual(
    gaps().map(([reason, subject]) => [reason, subject]),
    [['BY_DESIGN', 'audit events']],
  );
});

test('a source that cannot be read, or that nobody reads, is told of', () => {
  const failing = { reason: 'FORBIDDEN', message: 'allow it', since: ago(hour) } as const;
  const subject = 'audit events of eks://eu-central-1/prod';
  assert.deepEqual(gaps(state()), []);
  assert.deepEqual(gaps(state({ failing })), [['FORBIDDEN', subject, 'allow it']]);
  const left = `nobody has taken in ${subject} since 2026-11-22T11:00Z: see that portolan up runs with it`;
  assert.deepEqual(gaps(state({ failing, heardAt: ago(hour) })), [['STALE', subject, left]]);
});

test('what could not be read whole is told of for a day', () => {
  const unread = { count: 3, first: ago(2 * hour), last: ago(hour), message: 'event a was too large and is cut off' };
  assert.deepEqual(gaps(state({ unread })), [
    [
      'LOST',
      'audit events of eks://eu-central-1/prod',
      '3 could not be read whole, the last at 2026-11-22T11:00Z: event a was too large and is cut off',
    ],
  ]);
  assert.deepEqual(gaps(state({ unread: { ...unread, last: ago(25 * hour) } })), []);
});

test('a detection is covered as the best of the sources does', () => {
  const lost = (rule: string, state: 'none' | 'partial') => ({ rule, state, missing: ['ka.user.groups'] });
  const one = state({ notCovered: [lost('A', 'none'), lost('B', 'none'), lost('C', 'none')] });
  const other = state({ address: 'audit.log', notCovered: [lost('A', 'none'), lost('B', 'partial')] });
  assert.deepEqual(
    gaps(one, other).map(([reason, subject]) => [reason, subject]),
    [
      ['NOT_COVERED', 'detection A'],
      ['PARTLY_COVERED', 'detection B'],
    ],
  );
  assert.equal(gaps(one).length, 3);
  assert.equal(gaps(one, { ...other, heardAt: ago(hour) }).length, 4, 'what nobody reads covers nothing');
  const many = Array.from({ length: 520 }, (_, index) => lost(`rule ${index}`, 'none'));
  assert.deepEqual(
    gaps(state({ notCovered: many })).at(-1)?.[2],
    '20 more detections are not covered: see portolan detect --list',
  );
});
