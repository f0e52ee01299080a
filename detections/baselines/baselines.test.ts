import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditRecord } from '../../collectors/audit/event.ts';
import { normalise } from '../../collectors/audit/normalise.ts';
import { random } from '../../test/property/random.ts';
import type { NodeEvent } from '../engine/fields/syscall.ts';
import type { Alert } from '../engine/rule.ts';
import { behaviours } from './behaviours/index.ts';
import { limitOf, quiet, type Rate, upTo } from './burst.ts';
import type { Behaviour, History } from './define.ts';
import { type Behaviours, createBehaviours } from './engine.ts';
import { countOf, joined, mostFeatures, seen } from './first-seen.ts';
import { merged } from './merge.ts';
import { Baseline, type Learnt, usualLimits } from './watch.ts';

const day = 86_400;
const week = 7 * day;
const begin = Date.UTC(2026, 0, 1);
const seed = Number(process.env.PORTOLAN_SEED ?? 1);

function played({ alerts }: Behaviours, { source }: Behaviour, history: History): readonly (readonly Alert[])[] {
  return history.map(([at, event]) => {
    const time = new Date(begin + at * day * 1000).toISOString();
    if (source === 'syscall') return alerts('syscall', { ...(event as NodeEvent), 'evt.time': time });
    const record = { auditID: 'a', stageTimestamp: time, ...event } as AuditRecord;
    const from = { provider: 'selfmanaged', route: 'test', cluster: null, pointer: 'test' } as const;
    return alerts('k8s_audit', normalise(record, from));
  });
}

for (const behaviour of behaviours) {
  test(`${behaviour.name}: fires at the end of its history, and not on its near miss`, () => {
    const fired = played(createBehaviours([behaviour], { learnSeconds: week }), behaviour, behaviour.fires);
    assert.deepEqual(fired.slice(0, -1).flat(), []);
    const [alert, ...more] = fired.at(-1) ?? [];
    assert.deepEqual(more, []);
    assert.equal(alert?.rule, behaviour.name);
    assert.match(alert?.output ?? '', /expected: .+; seen: .+/);
    const missed = played(createBehaviours([behaviour], { learnSeconds: week }), behaviour, behaviour.nearMiss.history);
    assert.deepEqual(missed.flat(), [], behaviour.nearMiss.because);
  });

  test(`${behaviour.name}: is quiet while it learns, and goes on from what was kept`, () => {
    assert.deepEqual(
      played(createBehaviours([behaviour], { learnSeconds: 30 * day }), behaviour, behaviour.fires).flat(),
      [],
    );
    const first = createBehaviours([behaviour], { learnSeconds: week });
    played(first, behaviour, behaviour.fires.slice(0, -1));
    const kept = first.changes();
    assert.deepEqual(first.changes(), [], 'told once');
    const again = createBehaviours([behaviour], { learnSeconds: week, learnt: kept });
    assert.deepEqual(again.changes(), []);
    const [alerts] = played(again, behaviour, behaviour.fires.slice(-1));
    assert.equal(alerts?.length, 1);
    const measure = { kind: 'burst', of: [], seconds: 1, least: 1 } as const;
    const other = createBehaviours([{ ...behaviour, measure }], { learnSeconds: week, learnt: kept });
    assert.deepEqual(
      other.changes(),
      kept.map(({ key }) => ({ key, value: null })),
      'what was learnt by another measure is forgotten',
    );
  });
}

test('a feature fades by its half-life, and the least of too many goes', () => {
  const once = seen([], 1, 0, 100);
  assert.equal(once.before, 0);
  assert.equal(seen(once.features, 1, 100, 100).before, 0.5);
  assert.equal(seen(once.features, 1, 1000, 100).before, 0, 'forgotten');
  let features = seen(seen([], 7, 0, day).features, 7, 0, day).features;
  for (let feature = 100; feature < 100 + mostFeatures; feature++) features = seen(features, feature, 1, day).features;
  assert.equal(countOf(features), mostFeatures);
  assert.ok(seen(features, 7, 2, day).before > 1, 'what was seen twice outlives what was seen once');
});

test(`empty windows at once are as one by one (seed ${seed})`, () => {
  const from = random(seed);
  for (let round = 0; round < 200; round++) {
    const rate: Rate = {
      window: 5,
      values: Array.from({ length: from.integer(9) }, (_, index) => index),
      mean: from.integer(100) / 10,
      variance: from.integer(100) / 10,
    };
    const to = 6 + from.integer(20);
    let slow = rate;
    for (let window = 6; window <= to; window++) slow = upTo(slow, window);
    const fast = upTo(rate, to);
    assert.ok(Math.abs(fast.mean - slow.mean) < 1e-9 && Math.abs(fast.variance - slow.variance) < 1e-9);
  }
});

test('what is usual is no burst', () => {
  let rate = quiet;
  for (let window = 1; window < 50; window++)
    rate = { ...upTo(rate, window), values: Array.from({ length: 20 }, (_, i) => i) };
  assert.ok(limitOf(upTo(rate, 50), 5) > 20);
  assert.equal(limitOf(quiet, 5), 5);
});

test('memory is bounded by the number of identities and groups', () => {
  const limits = { ...usualLimits, identities: 10, groups: 3, featuresOfGroup: 2 };
  const baseline = new Baseline({ kind: 'first-seen', feature: [], peers: 'p' }, 0, limits);
  const learnt = new Map<string, Learnt>();
  const keep = (): void => {
    for (const each of baseline.changes()) {
      if (each.length === 2) learnt.delete(`${each[0]} ${each[1]}`);
      else learnt.set(`${each[0]} ${each[1]}`, each);
    }
  };
  for (let index = 0; index < 50; index++) {
    baseline.take(`i${index}`, `v${index}`, `g${index % 5}`, index);
    if (index % 7 === 0) keep();
  }
  keep();
  const [identities, groups] = ['identity', 'group'].map((kind) =>
    [...learnt.values()].filter((each) => each[0] === kind),
  );
  assert.deepEqual([identities?.length, groups?.length, baseline.forgotten], [10, 3, 40]);
  assert.ok(groups?.every(([, , , having]) => having !== undefined && having.length <= 2));
});

test('what was kept is forgotten in the same order as before', () => {
  const limits = { ...usualLimits, identities: 3 };
  const measure = { kind: 'first-seen', feature: [], peers: null } as const;
  const first = new Baseline(measure, 0, limits);
  for (const [at, name] of ['c', 'a', 'b', 'c'].entries()) first.take(name, 'v', null, at);
  const again = new Baseline(measure, 0, limits, (first.changes() as Learnt[]).reverse());
  again.take('d', 'v', null, 4);
  assert.deepEqual(
    again.changes().filter((each) => each.length === 2),
    [['identity', 'a']],
  );
});

test(`what several learnt of the same merges in any order, and merging it again changes nothing (seed ${seed})`, () => {
  const from = random(seed);
  const limits = { ...usualLimits, featuresOfGroup: 4 };
  const halfLife = 100;
  const learnt = (): Learnt => {
    const measure = { kind: 'first-seen', feature: [], peers: 'p' } as const;
    const baseline = new Baseline(measure, 0, limits);
    for (let at = 0; at < 8; at++) baseline.take('who', `v${from.integer(5)}`, 'peers', at * from.integer(300));
    return from.pick(baseline.changes() as Learnt[]);
  };
  for (let round = 0; round < 300; round++) {
    const [a, b, c] = [learnt(), learnt(), learnt()] as const;
    if (a[0] !== b[0] || b[0] !== c[0]) continue;
    const both = (one: Learnt, other: Learnt): Learnt => merged(one, other, halfLife, limits);
    const all = both(both(a, b), c);
    assert.deepEqual(both(c, both(b, a)), all);
    assert.deepEqual(both(all, all), all);
    for (const part of [a, b, c]) assert.deepEqual(both(all, part), all);
  }
});

test('features that two saw are all known; of one that both saw, what is left most', () => {
  const [one, other] = [
    [1, 4, 0, 2, 1, 100],
    [1, 2, 100, 3, 1, 50],
  ] as const;
  assert.deepEqual(joined(one, other, 100), [1, 4, 0, 3, 1, 50, 2, 1, 100]);
  assert.deepEqual(joined(one, other, 50), [3, 1, 50, 1, 2, 100, 2, 1, 100]);
  const many = (first: number): readonly number[] =>
    Array.from({ length: mostFeatures }, (_, at) => [first + at, 1, first]).flat();
  assert.deepEqual(joined(many(0), many(1_000), 100), many(1_000));
});

test('a burst of which two saw a part each is one, once they know of each other', () => {
  const measure = { kind: 'burst', of: [], seconds: 100, least: 4 } as const;
  const [one, other] = [new Baseline(measure, 0), new Baseline(measure, 0)];
  for (const value of ['a', 'b']) assert.equal(one.take('who', value, null, 1_000), null);
  assert.equal(other.take('who', 'c', null, 1_001), null);
  other.merge(one.changes() as Learnt[]);
  assert.equal(other.take('who', 'a', null, 1_002), null, 'three that are different');
  assert.equal(other.take('who', 'd', null, 1_003)?.seen, '4 in 100 s');
  one.merge(other.changes() as Learnt[]);
  assert.deepEqual(one.changes(), [], 'it had nothing to tell the other');
  assert.equal(one.take('who', 'e', null, 1_004), null, 'told once');
});
