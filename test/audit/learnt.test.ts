import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditRecord } from '../../collectors/audit/event.ts';
import { normalise } from '../../collectors/audit/normalise.ts';
import { burstOfReconnaissance } from '../../detections/baselines/behaviours/burst-of-reconnaissance.ts';
import { unusualDeployment } from '../../detections/baselines/behaviours/unusual-deployment.ts';
import { graphView } from '../../detections/correlate/graph-view.ts';
import { openNodeWatch } from '../../detections/correlate/node-watch.ts';
import type { NodeEvent } from '../../detections/engine/fields/syscall.ts';
import { loadRules } from '../../detections/engine/load.ts';
import { execIntoAPod } from '../../detections/rules/exec-into-a-pod.ts';
import { forgetLearnt, openLearning } from '../../gateway/ingest/learnt.ts';
import { openWatches } from '../../gateway/ingest/watches.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import { StoreError } from '../../graph/store/errors.ts';
import { type Running, up } from '../e2e/portolan.ts';
import { stores } from '../gateway/stores.ts';
import { memoryLog, openHouse } from '../gateway/testbed.ts';
import { chartManifests } from './histories.ts';

const closing = new AsyncDisposableStack();
after(() => closing.disposeAsync());
const folder = mkdtempSync(join(tmpdir(), 'portolan-learnt-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const day = 86_400_000;
const begin = Date.UTC(2026, 0, 1);
const records = unusualDeployment.fires.map(
  ([at, event], index): AuditRecord => ({
    ...(event as AuditRecord),
    auditID: `event ${index}`,
    stageTimestamp: new Date(begin + at * day).toISOString(),
  }),
);
const from = { provider: 'selfmanaged', route: 'test', cluster: null, pointer: 'test' } as const;
const everyday = records.slice(0, -1);
const unusual = records.slice(-1);

test('what was learnt outlives the process, and its alert an outage; until the cluster is forgotten', async () => {
  const house = await openHouse(closing);
  const cluster = await chartManifests(house, 'prod', '');
  let outage = false;
  const alerts = new Proxy(house.alerts, {
    get: (target, name, receiver) =>
      name === 'raise' && outage
        ? () => Promise.reject(new StoreError('UPSTREAM_UNAVAILABLE', 'gone'))
        : Reflect.get(target, name, receiver),
  });
  const start = () => {
    const learning = openLearning(house.records, (7 * day) / 1000);
    return { learning, ...openWatches({ ...house, alerts }, () => loadRules([]), learning, memoryLog().logger) };
  };
  const take = (watches: ReturnType<typeof start>, events: readonly AuditRecord[]) =>
    watches.of(house.tenant).take(
      cluster,
      events.map((event) => normalise(event, from)),
    );

  const first = start();
  assert.deepEqual(await take(first, everyday), { taken: everyday.length, duplicates: 0, alerts: 0 });
  await first.learning.save();
  const second = start();
  outage = true;
  await assert.rejects(take(second, unusual), { code: 'UPSTREAM_UNAVAILABLE' });
  outage = false;
  assert.deepEqual(await take(second, unusual), { taken: 1, duplicates: 0, alerts: 1 }, 'it was not lost');
  const { items } = await house.alerts.find(wholeTenant(house.tenant), { page: { first: 10 } });
  const [alert] = items.map(({ item }) => item);
  assert.equal(alert?.rule, unusualDeployment.name);
  assert.match(String(alert?.fields['baseline.expected']), /one of the \d+ things it did in 9\.0 days/);
  assert.match(String(alert?.fields['baseline.seen']), /mallory/);

  // That was not saved, so it is news again; a forgotten cluster is learnt anew, in silence.
  const again = [{ ...(unusual[0] as AuditRecord), auditID: 'again' }];
  assert.equal((await take(start(), again)).alerts, 1);
  await forgetLearnt(house.records, house.tenant, cluster);
  const left = await house.records.learnt(house.tenant, cluster, { position: 0, key: '' }, 10);
  assert.deepEqual(left.entries, []);
  assert.equal((await take(start(), again)).alerts, 0);
});

for (const { name, skip, open } of stores) {
  test(`of a cluster whose events two gateways take, each knows what the other learnt: ${name}`, {
    skip,
  }, async (t) => {
    const { records, tenant, close } = await open();
    t.after(close);
    const gateway = async () => {
      const learning = openLearning(records, (7 * day) / 1000);
      const { alerts } = await (learning.of(tenant) ?? assert.fail()).of('prod');
      const take = (user: string, days: number) => {
        const stageTimestamp = new Date(begin + days * day).toISOString();
        const event = { ...(everyday[0] as AuditRecord), user: { username: user }, stageTimestamp };
        return alerts('k8s_audit', normalise(event, from)).length;
      };
      return { take, save: () => learning.save() };
    };
    const [one, two] = [await gateway(), await gateway()];
    assert.equal(one.take('ada', 0), 0);
    assert.equal(two.take('bob', 0), 0);
    assert.equal(one.take('cyd', 1), 0);
    // Both at once, so that one of them has to read what the other wrote.
    await Promise.all([one.save(), two.save()]);
    await Promise.all([one.save(), two.save()]);
    const third = await gateway();
    for (const [index, { take }] of [one, two, third].entries()) {
      assert.deepEqual(
        ['ada', 'bob', 'cyd'].map((user) => take(user, 9)),
        [0, 0, 0],
        `gateway ${index}`,
      );
      assert.equal(take('mallory', 9), 1, `gateway ${index}`);
    }

    await two.save();
    await one.save();
    assert.equal((await gateway()).take('mallory', 10), 0);
    await forgetLearnt(records, tenant, 'prod');
    assert.deepEqual((await records.learnt(tenant, 'prod', { position: 0, key: '' }, 10)).entries, []);
  });
}

test('what programs on nodes do is learnt as well, and told about the pod', async () => {
  const house = await openHouse(closing);
  const web =
    'apiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: shop, uid: pod-1 }\nspec: { nodeName: worker-1, containers: [{ name: main, image: a }] }\n';
  const cluster = await chartManifests(
    house,
    'prod',
    `apiVersion: v1\nkind: Node\nmetadata: { name: worker-1 }\n---\n${web}`,
  );
  const start = () => {
    const learning = openLearning(house.records, (7 * day) / 1000);
    const { of } = learning.of(house.tenant) ?? assert.fail();
    const view = (id: string) => graphView(house.store, () => house.paths(house.tenant), house.tenant, id);
    const onTrouble = (error: unknown) => assert.fail(String(error));
    return { learning, ...openNodeWatch({ correlations: [], behaviours: of, view, onTrouble }) };
  };
  const events = burstOfReconnaissance.fires.map(
    ([at, event], index): NodeEvent => ({
      ...(event as NodeEvent),
      ...{ 'k8s.pod.uid': 'pod-1', 'thread.tid': index, 'evt.time': new Date(begin + at * day).toISOString() },
    }),
  );
  const first = start();
  const judged = await first.judge(cluster, 'worker-1', { alerts: [], events: events.slice(0, -1) });
  assert.deepEqual(judged.found, []);
  judged.recorded();
  await first.learning.save();

  const second = start();
  const told = { alerts: [], events: events.slice(-1) };
  const elsewhere = await second.judge(cluster, 'worker-2', told);
  assert.deepEqual(elsewhere.found, [], 'of a pod that another node has, nothing is learnt');
  for (const attempt of ['first', 'again, since it could not be recorded']) {
    const { found, recorded } = await second.judge(cluster, 'worker-1', told);
    assert.deepEqual(
      found.map(({ rule, namespace }) => [rule, namespace]),
      [[burstOfReconnaissance.name, 'shop']],
      attempt,
    );
    assert.match(String(found[0]?.fields['baseline.seen']), /^6 in 300 s$/);
    assert.ok(
      found[0]?.subjects.some((subject) => 'name' in subject && subject.kind === 'Pod' && subject.name === 'web'),
    );
    if (attempt !== 'first') recorded();
  }
  assert.deepEqual((await second.judge(cluster, 'worker-1', told)).found, [], 'told once');
});

test('portolan up tells of unusual behaviour in an audit log, though it was restarted since', async () => {
  const log = join(folder, 'audit.log');
  writeFileSync(join(folder, 'shop.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n');
  const lines = (events: readonly AuditRecord[]): string =>
    events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const args = ['--audit-log', log, '--learn', '7', 'shop.yaml'];
  const exec = { ...(execIntoAPod.fires as AuditRecord), auditID: 'exec' };
  writeFileSync(log, lines([...everyday, exec]));
  const first = await up(args, folder);
  try {
    await alertOf(first, execIntoAPod.name); // so all that came before has been taken
  } finally {
    assert.equal(await first.stop(), 0);
  }
  appendFileSync(log, lines(unusual));
  const second = await up(args, folder);
  try {
    const output = await alertOf(second, unusualDeployment.name);
    assert.match(output, /who=shop what=mallory docker\.io\/miner expected: one of .+; seen: mallory/);
  } finally {
    await second.stop();
  }
});

async function alertOf({ query }: Running, rule: string): Promise<string> {
  interface Answer {
    readonly alerts: { readonly nodes: readonly { readonly rule: string; readonly output: string }[] };
  }
  for (const limit = Date.now() + 20_000; Date.now() < limit; await sleep(50)) {
    const { alerts } = await query<Answer>('{ alerts { nodes { rule output } } }');
    const found = alerts.nodes.find((alert) => alert.rule === rule);
    if (found !== undefined) return found.output;
  }
  return assert.fail(`no alert of ${rule}`);
}
