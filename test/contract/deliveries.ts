import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { Delivery, Loss } from '../../graph/records/deliveries/delivery.ts';
import { mostSenders } from '../../graph/records/deliveries/settle.ts';
import { random, seeds } from '../property/random.ts';
import { newAlert } from './alerts.ts';
import { freshTenant, type Subject } from './context.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 4, 1, 12, 0, second)).toISOString();
const instance = randomUUID();

function delivery(changes: Partial<Delivery> = {}): Delivery {
  return {
    node: 'worker-1',
    instance,
    sequence: 1,
    digest: `sha-256=:${changes.sequence ?? 1}:`,
    alerts: [newAlert()],
    losses: [],
    declared: null,
    ...changes,
  };
}

function loss(changes: Partial<Loss> = {}): Loss {
  return { where: 'kernel', class: null, count: 3, reason: 'the ring was full', time: at(0), ...changes };
}

/** What senders deliver goes in once, with how far they have come. */
export function deliveriesContract(subject: Subject, histories: number): void {
  test('what was here before raises nothing again, and another batch under its number is a conflict', async () => {
    const { alerts } = subject();
    const tenant = freshTenant();
    const deliver = (...deliveries: readonly Delivery[]) => alerts.deliver(tenant, 'alpha', deliveries, at(0));
    assert.deepEqual(await deliver(delivery()), ['taken']);
    assert.deepEqual(await deliver(delivery()), ['known']);
    assert.deepEqual(await deliver(delivery({ digest: 'another' })), ['conflict']);
    assert.deepEqual(await deliver(delivery({ sequence: 2 }), delivery({ sequence: 2 }), delivery({ sequence: 1 })), [
      'taken',
      'known',
      'known',
    ]);
    const elsewhere = [delivery({ node: 'worker-2' }), delivery({ instance: randomUUID() })];
    assert.deepEqual(await deliver(...elsewhere), ['taken', 'taken']);
    assert.deepEqual(await alerts.deliver(tenant, 'beta', [delivery()], at(0)), ['taken'], 'of another cluster');
    const { items } = await alerts.find(wholeTenant(tenant), { filter: { clusters: ['alpha'] }, page: { first: 10 } });
    assert.deepEqual(
      items.map(({ item }) => item.count),
      [4],
    );
    assert.deepEqual((await alerts.reached(tenant)).last.alpha?.version, 3, 'one commit for each call that took any');
    await deliver(delivery({ sequence: 3, alerts: [] }));
    assert.deepEqual((await alerts.reached(tenant)).last.alpha?.version, 3, 'and none where nothing was raised');
  });

  test('losses add up by place, what is declared replaces what was, and a number left out is a loss of ours', async () => {
    const { alerts } = subject();
    const tenant = freshTenant();
    const declared = [{ cause: 'design', probe: 'dns', reason: 'DNS over TCP is not seen.' }];
    const steps: readonly Partial<Delivery>[] = [
      { losses: [loss(), loss({ class: 'event' })], declared },
      { losses: [loss({ time: at(5) })] },
      { sequence: 5, losses: [loss({ class: 'event', count: null, time: at(7) })] },
    ];
    for (const [index, step] of steps.entries())
      await alerts.deliver(tenant, 'alpha', [delivery({ sequence: index + 1, ...step })], at(10 + index));
    const [sender, ...others] = await alerts.senders(tenant, 'alpha');
    assert.deepEqual(others, []);
    assert.deepEqual(sender, {
      node: 'worker-1',
      instance,
      sequence: 5,
      digest: 'sha-256=:5:',
      heardAt: at(12),
      declared,
      losses: [
        { where: 'kernel', class: null, count: 6, reason: 'the ring was full', first: at(0), last: at(5) },
        { where: 'kernel', class: 'event', count: null, reason: 'the ring was full', first: at(0), last: at(7) },
        {
          where: 'receiver',
          class: null,
          count: null,
          reason: '2 batches that the sensor takes for delivered are not known here',
          first: at(12),
          last: at(12),
        },
      ],
    });
    const much = loss({ time: new Date(Date.parse(at(5)) + 25 * 3_600_000).toISOString() });
    await alerts.deliver(tenant, 'alpha', [delivery({ sequence: 6, losses: [much], declared: [] })], at(13));
    const [later] = await alerts.senders(tenant, 'alpha');
    assert.deepEqual(later?.declared, []);
    assert.deepEqual(
      later?.losses.find(({ where, class: of }) => where === 'kernel' && of === null),
      { where: 'kernel', class: null, count: 3, reason: 'the ring was full', first: much.time, last: much.time },
      'what has been over for a day begins anew',
    );
  });

  test('a bad alert keeps its delivery out, number and all', async () => {
    const { alerts } = subject();
    const tenant = freshTenant();
    for (const wrong of [
      { alerts: [newAlert(), newAlert({ output: '\ud800' })] },
      { sequence: 0 },
      { losses: [loss({ count: -1 })] },
      { declared: [{ cause: '', probe: null, reason: '' }] },
    ])
      await assert.rejects(alerts.deliver(tenant, 'alpha', [delivery(wrong)], at(0)), { code: 'INVALID_VALUE' });
    assert.deepEqual(await alerts.senders(tenant, 'alpha'), []);
    assert.deepEqual((await alerts.reached(tenant)).last, {});
  });

  test('senders are bounded for each node, and pruned', async () => {
    const { alerts } = subject();
    const tenant = freshTenant();
    const one = (node: string, second: number) =>
      alerts.deliver(tenant, 'alpha', [delivery({ node, instance: randomUUID(), alerts: [] })], at(second));
    await one('quiet', 0);
    for (let second = 0; second < mostSenders + 2; second++) await one('busy', second);
    const heard = async () => (await alerts.senders(tenant, 'alpha')).map(({ node, heardAt }) => `${node} ${heardAt}`);
    assert.deepEqual(
      (await heard()).sort(),
      [...Array.from({ length: mostSenders }, (_, i) => `busy ${at(i + 2)}`), `quiet ${at(0)}`].sort(),
    );
    await alerts.prune(tenant, new Date(at(mostSenders + 1)));
    assert.deepEqual(await heard(), [`busy ${at(mostSenders + 1)}`]);
  });

  for (const seed of seeds(histories)) {
    test(`whatever is sent again, from wherever it is sent, counts once (seed ${seed})`, async () => {
      const { alerts } = subject();
      const tenant = freshTenant();
      const draw = random(seed);
      const nodes = ['a', 'b', 'c'];
      const sent = new Map(nodes.map((node) => [node, 0]));
      for (let i = 0; i < 20; i++) {
        // Several gateways at once, each with batches that others may have as well.
        const commits = Array.from({ length: 1 + draw.integer(3) }, () =>
          draw.sample(nodes, 1 + draw.integer(3)).map((node) => {
            const last = sent.get(node) ?? 0;
            const sequence = draw.chance(0.6) ? last + 1 : Math.max(1, last - draw.integer(2));
            return delivery({ node, sequence, alerts: [newAlert({ key: node })] });
          }),
        );
        const outcomes = await Promise.all(commits.map((commit) => alerts.deliver(tenant, 'alpha', commit, at(i))));
        for (const node of nodes) {
          const fresh = commits.some((commit) =>
            commit.some((d) => d.node === node && d.sequence > (sent.get(node) ?? 0)),
          );
          const taken = commits.flatMap((commit, c) =>
            commit.filter((d, k) => d.node === node && outcomes[c]?.[k] === 'taken'),
          );
          assert.equal(taken.length, fresh ? 1 : 0, `seed ${seed}, step ${i}, ${node}`);
          if (fresh) sent.set(node, (sent.get(node) ?? 0) + 1);
        }
      }
      const { items } = await alerts.find(wholeTenant(tenant), { page: { first: 10 } });
      const counts = Object.fromEntries(items.map(({ item }) => [item.key, item.count]));
      assert.deepEqual(counts, Object.fromEntries([...sent].filter(([, count]) => count > 0)));
    });
  }
}
