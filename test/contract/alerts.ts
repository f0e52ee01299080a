import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scope } from '../../graph/model/scope.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import {
  type Alert,
  type AlertEvent,
  alertStates,
  mayReadPlace,
  type NewAlert,
  reachField,
  severities,
} from '../../graph/records/alerts/alert.ts';
import { alertLimits } from '../../graph/records/alerts/check.ts';
import { type AlertFilter, alertOrders, matchesAlert, orderValue } from '../../graph/records/alerts/filter.ts';
import type { Act, AlertRecords } from '../../graph/records/alerts/port.ts';
import { type Random, random, seeds } from '../property/random.ts';
import { freshTenant, type Subject } from './context.ts';

/** How many entries of a log the stores under test keep. */
export const loggedAlerts = 2_000;

const at = '2026-05-01T12:00:00.000Z';
const act = (who: string, note: string | null = null): Act => ({ who, at, note });

export function newAlert(changes: Partial<NewAlert> = {}): NewAlert {
  return {
    key: 'key',
    namespace: 'default',
    rule: 'Terminal shell in container',
    severity: 'MEDIUM',
    techniques: ['T1609'],
    time: '2026-05-01T11:00:00.000Z',
    output: 'A shell was opened 😀',
    fields: { 'proc.name': 'sh', 'proc.pid': 7, 'proc.tty': true, 'fd.name': null },
    subjects: ['Pod.a'],
    proves: [],
    ...changes,
  };
}

/** Reads the log until so many entries have come. */
async function logged(alerts: AlertRecords, tenant: string, count: number, after = {}): Promise<readonly AlertEvent[]> {
  const found: AlertEvent[] = [];
  const ending = new AbortController();
  for await (const { body } of alerts.changes(
    tenant,
    after,
    AbortSignal.any([ending.signal, AbortSignal.timeout(10_000)]),
  )) {
    found.push(JSON.parse(body) as AlertEvent);
    if (found.length === count) break;
  }
  ending.abort();
  assert.equal(found.length, count);
  return found;
}

/** Alerts, their life, suppressions, the audit trail and the log of changes. */
export function alertsContract(subject: Subject, histories: number): void {
  test('occurrences become one alert with a count and a time range until it is resolved', async () => {
    const { alerts } = subject();
    const tenant = freshTenant();
    const scope = wholeTenant(tenant);
    const [first] = await alerts.raise(tenant, 'alpha', [newAlert()], at);
    assert.equal(first?.change, 'RAISED');
    const later = newAlert({
      time: '2026-05-01T11:30:00.000Z',
      severity: 'HIGH',
      output: 'again',
      subjects: ['Pod.b'],
      proves: ['POD_EXEC.x'],
    });
    const earlier = newAlert({ time: '2026-05-01T10:00:00.000Z', severity: 'LOW', output: 'before' });
    const [second, other] = await alerts.raise(tenant, 'alpha', [later, earlier, newAlert({ key: 'other' })], at);
    assert.equal(second?.change, 'REPEATED');
    assert.equal(other?.change, 'RAISED');
    const { alert } = second as AlertEvent;
    assert.deepEqual(alert, {
      ...first?.alert,
      count: 3,
      severity: 'HIGH',
      output: 'again',
      subjects: ['Pod.a', 'Pod.b'],
      proves: ['POD_EXEC.x'],
      firstSeen: '2026-05-01T10:00:00.000Z',
      lastSeen: '2026-05-01T11:30:00.000Z',
    });
    assert.deepEqual(await alerts.alerts(scope, [alert.id, 'Alert.none']), [alert, null]);
    const [elsewhere] = await alerts.raise(tenant, 'beta', [newAlert()], at);
    assert.equal(elsewhere?.change, 'RAISED', 'another cluster, another alert');

    const acknowledged = await alerts.change(scope, alert.id, 'ACKNOWLEDGED', act('ada'));
    assert.equal(acknowledged?.state, 'ACKNOWLEDGED');
    const [third] = await alerts.raise(tenant, 'alpha', [newAlert()], at);
    assert.equal(third?.alert.state, 'ACKNOWLEDGED', 'an acknowledged alert goes on counting');
    assert.equal(third?.alert.count, 4);
    await alerts.change(scope, alert.id, 'RESOLVED', act('ada'));
    const [fresh] = await alerts.raise(tenant, 'alpha', [newAlert()], at);
    assert.equal(fresh?.change, 'RAISED');
    assert.notEqual(fresh?.alert.id, alert.id);
    assert.equal((await alerts.change(scope, alert.id, 'ACKNOWLEDGED', act('ada')))?.state, 'RESOLVED');
  });

  test('every change of an alert is in the audit trail and in the log, each once', async () => {
    const { alerts } = subject();
    const tenant = freshTenant();
    const scope = wholeTenant(tenant);
    const [raised] = await alerts.raise(tenant, 'alpha', [newAlert()], at);
    const id = (raised as AlertEvent).alert.id;
    await alerts.change(scope, id, 'ACKNOWLEDGED', act('ada', 'looking'));
    await alerts.change(scope, id, 'ACKNOWLEDGED', act('bob'));
    await alerts.change(scope, id, 'RESOLVED', { ...act('bob'), at: '2026-05-01T12:00:01.000Z' });
    assert.equal(await alerts.change(scope, 'Alert.none', 'RESOLVED', act('bob')), null);
    const events = await logged(alerts, tenant, 3);
    assert.deepEqual(
      events.map(({ change, alert }) => [change, alert.state]),
      [
        ['RAISED', 'OPEN'],
        ['ACKNOWLEDGED', 'ACKNOWLEDGED'],
        ['RESOLVED', 'RESOLVED'],
      ],
    );
    const trail = await alerts.auditTrail(scope, { first: 1 }, id);
    assert.deepEqual([trail.items[0]?.item.action, trail.items[0]?.item.who], ['RESOLVE_ALERT', 'bob']);
    assert.equal(trail.hasNextPage, true);
    assert.deepEqual([await alerts.countAudit(scope), await alerts.countAudit(scope, 'Alert.none')], [2, 0]);
    const rest = await alerts.auditTrail(scope, { first: 5, after: trail.items[0]?.cursor }, id);
    assert.deepEqual(
      rest.items.map(({ item: { id: _, ...entry } }) => entry),
      [
        {
          action: 'ACKNOWLEDGE_ALERT',
          about: id,
          cluster: 'alpha',
          namespace: 'default',
          who: 'ada',
          at,
          note: 'looking',
        },
      ],
    );
    const outside: Scope = { tenant, clusters: { alpha: ['other'] } };
    assert.equal(await alerts.change(outside, id, 'RESOLVED', act('eve')), null);
    assert.deepEqual((await alerts.auditTrail(outside, { first: 5 })).items, []);
  });

  test('the log is dense, goes on from any position, and says when it cannot', async () => {
    const { alerts } = subject();
    const tenant = freshTenant();
    assert.deepEqual(await alerts.reached(tenant), { last: {}, floor: {} });
    await alerts.raise(tenant, 'alpha', [newAlert({ key: 'a' }), newAlert({ key: 'b' }), newAlert({ key: 'a' })], at);
    await alerts.raise(tenant, 'alpha', [newAlert({ key: 'c' })], at);
    await alerts.raise(tenant, 'beta', [newAlert({ key: 'd' })], at);
    const { last, floor } = await alerts.reached(tenant);
    assert.deepEqual(last, { alpha: { version: 2, sequence: 0 }, beta: { version: 1, sequence: 0 } });
    assert.deepEqual([floor.alpha?.version, floor.beta?.version], [0, 0]);
    const keys = (events: readonly AlertEvent[]) => events.map(({ alert }) => alert.key).sort();
    assert.deepEqual(keys(await logged(alerts, tenant, 4)), ['a', 'b', 'c', 'd']);
    const after = { alpha: { version: 1, sequence: 0 } };
    assert.deepEqual(keys(await logged(alerts, tenant, 3, after)), ['b', 'c', 'd']);
    const waiting = logged(alerts, tenant, 1, last);
    await alerts.raise(tenant, 'beta', [newAlert({ key: 'e' })], at);
    assert.deepEqual(keys(await waiting), ['e']);
    await assert.rejects(logged(alerts, tenant, 1, { alpha: { version: 9, sequence: 0 } }), {
      code: 'VERSION_EXPIRED',
    });
    await alerts.prune(tenant, new Date('2026-05-01T12:00:00.001Z'));
    await assert.rejects(logged(alerts, tenant, 1, after), { code: 'VERSION_EXPIRED' });
    assert.equal(
      (await alerts.find(wholeTenant(tenant), { page: { first: 10 } })).items.length,
      0,
      'alerts are pruned, too',
    );
    await alerts.raise(tenant, 'alpha', [newAlert({ key: 'f' })], at);
    const now = await alerts.reached(tenant);
    assert.deepEqual(now.last.alpha, { version: 3, sequence: 0 });
    assert.deepEqual(keys(await logged(alerts, tenant, 1, { ...last, beta: { version: 2, sequence: 0 } })), ['f']);
  });

  test('the log is bounded', { timeout: 60_000 }, async () => {
    const { alerts } = subject();
    const tenant = freshTenant();
    const most = alertLimits.occurrences;
    const commits = loggedAlerts / most + 2;
    const batch = Array.from({ length: most }, (_, i) =>
      newAlert({ key: `key ${i}`, fields: {}, subjects: [], techniques: [] }),
    );
    for (let i = 0; i < commits; i++) await alerts.raise(tenant, 'alpha', batch, at);
    const { last, floor } = await alerts.reached(tenant);
    assert.deepEqual(last.alpha, { version: commits, sequence: most - 1 });
    const kept = commits - (floor.alpha?.version ?? 0);
    assert.ok(kept * most >= loggedAlerts - most && kept * most <= loggedAlerts + most, `${kept} commits are kept`);
    await assert.rejects(logged(alerts, tenant, 1), { code: 'VERSION_EXPIRED' });
  });

  test('what is suppressed is kept, and quiet until the suppression runs out or is ended', async () => {
    const { alerts } = subject();
    const tenant = freshTenant();
    const scope = wholeTenant(tenant);
    const rule = {
      cluster: 'alpha',
      namespace: null,
      rule: 'Terminal shell in container',
      fields: [{ name: 'proc.pid', values: ['6', '7'] }],
      expiresAt: '2026-05-02T00:00:00.000Z',
      reason: 'a drill',
    };
    const made = await alerts.suppress(scope, rule, act('ada'));
    assert.ok(made);
    const suppressedBy = async (changes: Partial<NewAlert>, cluster = 'alpha', time = at) =>
      (await alerts.raise(tenant, cluster, [newAlert({ ...changes, key: crypto.randomUUID() })], time))[0]?.alert
        .suppressedBy;
    assert.equal(await suppressedBy({}), made.id);
    assert.equal(await suppressedBy({}, 'beta'), null);
    assert.equal(await suppressedBy({ rule: 'another' }), null);
    assert.equal(await suppressedBy({ fields: { 'proc.pid': 8 } }), null);
    assert.equal(await suppressedBy({ fields: {} }), null);
    assert.equal(await suppressedBy({}, 'alpha', '2026-05-02T00:00:00.000Z'), null, 'run out');
    assert.equal(await alerts.count(scope, { suppressed: true }), 1);
    assert.equal(await alerts.count(scope, { suppressed: false }), 5);

    const limited: Scope = { tenant, clusters: { alpha: ['default'] } };
    assert.deepEqual(await alerts.suppressions(limited, at), [], 'it keeps more quiet than the caller sees');
    assert.equal(await alerts.endSuppression(limited, made.id, act('eve')), null);
    assert.equal(await alerts.suppress(limited, rule, act('eve')), null);
    assert.equal(await alerts.suppress(limited, { ...rule, cluster: null }, act('eve')), null);
    const own = await alerts.suppress(limited, { ...rule, namespace: 'default', rule: null }, act('bob'));
    assert.deepEqual(await alerts.suppressions(limited, at), [own]);
    assert.equal((await alerts.suppressions(scope, at)).length, 2);
    await assert.rejects(alerts.suppress(scope, { ...rule, rule: null, fields: [] }, act('ada')), {
      code: 'INVALID_VALUE',
    });

    const ended = await alerts.endSuppression(scope, made.id, act('ada'));
    assert.equal(ended?.expiresAt, at);
    assert.deepEqual(await alerts.suppressions(scope, at), [own]);
    assert.equal(await suppressedBy({ namespace: 'other' }), null);
    assert.deepEqual((await alerts.auditTrail(scope, { first: 10 })).items.map(({ item }) => item.action).sort(), [
      'END_SUPPRESSION',
      'SUPPRESS_ALERTS',
      'SUPPRESS_ALERTS',
    ]);
  });

  test('what would not survive is refused, and nothing of its commit goes in', async () => {
    const { alerts } = subject();
    const tenant = freshTenant();
    for (const wrong of [
      { output: '\ud800' },
      { rule: '' },
      { time: '2026-05-01' },
      { subjects: Array.from({ length: 101 }, (_, i) => `Pod.${i}`) },
      { fields: { n: Number.NaN } },
      { output: 'x'.repeat(20_000) },
    ]) {
      const commit = alerts.raise(tenant, 'alpha', [newAlert(), newAlert({ key: 'wrong', ...wrong })], at);
      await assert.rejects(commit, {
        code: 'INVALID_VALUE',
        message: new RegExp(Object.keys(wrong)[0]?.slice(0, 5) ?? ''),
      });
    }
    assert.deepEqual((await alerts.reached(tenant)).last, {});
  });

  for (const seed of seeds(histories)) {
    test(`lists, counts and facets are those of a naive reference (seed ${seed})`, async () => {
      const { alerts } = subject();
      const tenant = freshTenant();
      const draw = random(seed);
      const all = await history(alerts, tenant, draw);
      for (let i = 0; i < 25; i++) {
        const scope = drawScope(draw, tenant);
        const filter = drawFilter(draw, all);
        const wanted = all.filter((alert) => mayReadPlace(scope, alert) && matchesAlert(filter, alert));
        const place = `seed ${seed}, ${JSON.stringify({ scope, filter })}`;
        const order = draw.chance(0.3) ? undefined : { field: draw.pick(alertOrders), descending: draw.chance(0.5) };
        assert.deepEqual(await listed(alerts, scope, filter, order, draw), sorted(wanted, order), place);
        assert.equal(await alerts.count(scope, filter), wanted.length, place);
        const by = draw.pick([['severity'], ['technique', 'state'], ['cluster', 'namespace', 'rule']] as const);
        assert.deepEqual(await alerts.facets(scope, filter, by), facetsOf(wanted, by), place);
      }
    });
  }
}

const clusters = ['alpha', 'beta', 'gamma'];
const namespaces = ['a', 'b', null];
const techniques = ['T1609', 'T1610', 'T1611'];

async function history(alerts: AlertRecords, tenant: string, draw: Random): Promise<readonly Alert[]> {
  const known = new Map<string, Alert>();
  const scope = wholeTenant(tenant);
  await alerts.suppress(
    scope,
    {
      cluster: null,
      namespace: null,
      rule: 'r1',
      fields: [{ name: 'f', values: ['1'] }],
      expiresAt: '2027-01-01T00:00:00.000Z',
      reason: '',
    },
    act('ada'),
  );
  for (let i = 0; i < 30; i++) {
    const occurrences = Array.from({ length: 1 + draw.integer(4) }, () =>
      newAlert({
        key: `key ${draw.integer(25)}`,
        namespace: draw.pick(namespaces),
        rule: `r${draw.integer(3)}`,
        severity: draw.pick(severities),
        techniques: draw.sample(techniques, 2),
        time: `2026-05-01T${String(draw.integer(24)).padStart(2, '0')}:00:00.000Z`,
        fields: { f: draw.integer(3), [reachField]: draw.chance(0.3) ? null : draw.integer(5) },
        subjects: draw.sample(['Pod.a', 'Pod.b', 'User.c'], 2),
        proves: draw.sample(['POD_EXEC.a', 'POD_EXEC.b'], 1),
      }),
    );
    const events = await alerts.raise(tenant, draw.pick(clusters), occurrences, at);
    for (const { alert } of events) known.set(alert.id, alert);
    if (draw.chance(0.5)) {
      const id = draw.pick([...known.keys()]);
      const changed = await alerts.change(scope, id, draw.pick(['ACKNOWLEDGED', 'RESOLVED'] as const), act('ada'));
      known.set(id, changed as Alert);
    }
  }
  return [...known.values()];
}

function drawScope(draw: Random, tenant: string): Scope {
  if (draw.chance(0.3)) return wholeTenant(tenant);
  const grants = draw
    .sample(clusters, 3)
    .map((cluster) => [cluster, draw.pick(['all', ['a'], ['a', 'b'], []] as const)]);
  return { tenant, clusters: Object.fromEntries(grants) };
}

function drawFilter(draw: Random, all: readonly Alert[]): AlertFilter {
  const maybe = <K extends keyof AlertFilter>(key: K, value: () => AlertFilter[K]): AlertFilter =>
    draw.chance(0.15) ? { [key]: value() } : {};
  return {
    ...maybe('ids', () => draw.sample(all, 20).map(({ id }) => id)),
    ...maybe('clusters', () => draw.sample(clusters, 2)),
    ...maybe('namespaces', () => draw.sample(['a', 'b'], 2)),
    ...maybe('rules', () => draw.sample(['r0', 'r1', 'r2'], 2)),
    ...maybe('states', () => draw.sample(alertStates, 2)),
    ...maybe('severityAtLeast', () => draw.pick(severities)),
    ...maybe('techniques', () => draw.sample(techniques, 2)),
    ...maybe('subjects', () => draw.sample(['Pod.a', 'User.c', 'Pod.none'], 2)),
    ...maybe('proves', () => ['POD_EXEC.a']),
    ...maybe('since', () => '2026-05-01T12:00:00.000Z'),
    ...maybe('until', () => '2026-05-01T12:00:00.000Z'),
    ...maybe('suppressed', () => draw.chance(0.5)),
  };
}

type Order = Parameters<AlertRecords['find']>[1]['order'];

async function listed(alerts: AlertRecords, scope: Scope, filter: AlertFilter, order: Order, draw: Random) {
  const found: Alert[] = [];
  let after: string | undefined;
  do {
    const page = await alerts.find(scope, {
      filter,
      ...(order && { order }),
      page: { first: 1 + draw.integer(40), after },
    });
    found.push(...page.items.map(({ item }) => item));
    after = page.hasNextPage ? page.items.at(-1)?.cursor : undefined;
  } while (after !== undefined);
  return found;
}

function sorted(alerts: readonly Alert[], order: Order = { field: 'lastSeen', descending: true }): readonly Alert[] {
  const value = (alert: Alert) => orderValue(alert, order.field);
  return alerts.toSorted((a, b) => {
    if (value(a) === value(b)) return a.id < b.id ? -1 : 1;
    return value(a) < value(b) !== (order.descending ?? false) ? -1 : 1;
  });
}

function facetsOf(
  alerts: readonly Alert[],
  by: readonly ('severity' | 'technique' | 'state' | 'cluster' | 'namespace' | 'rule')[],
) {
  const counts = new Map<string, number>();
  for (const alert of alerts) {
    const of = (technique: string | null) => by.map((field) => (field === 'technique' ? technique : alert[field]));
    const combinations = by.includes('technique') && alert.techniques.length > 0 ? alert.techniques : [null];
    for (const technique of combinations) {
      const key = JSON.stringify(of(technique));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([values, count]) => ({ values: JSON.parse(values), count }));
}
