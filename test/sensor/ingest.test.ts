// docs/protocol/sensor.md, section 5, from the gateway's side.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { foreignProgramInAPodThatTheInternetReaches as foreign } from '../../detections/correlate/foreign-program-in-a-pod-that-the-internet-reaches.ts';
import { kernelModuleLoadedFromAContainer } from '../../detections/rules/kernel-module-loaded-from-a-container.ts';
import { programThatIsNotOfTheImage } from '../../detections/rules/program-that-is-not-of-the-image.ts';
import { openLearning } from '../../gateway/ingest/learnt.ts';
import { openSensorIntake } from '../../gateway/ingest/sensor/intake.ts';
import { edgeId, nodeId } from '../../graph/model/id.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { Alert } from '../../graph/records/alerts/alert.ts';
import { StoreError } from '../../graph/store/errors.ts';
import { contentDigest } from '../../sensor/publish/batch.ts';
import { publish, publisherStatus } from '../../sensor/publish/publisher.ts';
import { receiverClient } from '../../sensor/publish/receiver-client.ts';
import type { RecordClass } from '../../sensor/publish/record.ts';
import { SpoolWriter } from '../../sensor/publish/spool/spool-writer.ts';
import { chartManifests } from '../audit/histories.ts';
import { stores } from '../gateway/stores.ts';
import { memoryLog, openHouse, serve } from '../gateway/testbed.ts';
import { freePort } from '../testbed/process.ts';
import { temporaryFolder } from '../testbed/temporary.ts';

const manifest = `${foreign.fires.cluster}
---
apiVersion: v1
kind: Node
metadata: { name: worker-2 }
---
apiVersion: v1
kind: Pod
metadata: { name: elsewhere, namespace: shop, uid: 0c9be0a4-14a2-4c59-8a6d-0c9c8f1a7a01 }
spec: { nodeName: worker-2, containers: [{ name: main, image: example.com/web }] }
---
apiVersion: v1
kind: Pod
metadata: { name: agent, namespace: shop, uid: 8e6f3f0e-3a55-4b0f-8f0e-6a8b7b1f6c02 }
spec:
  nodeName: worker-1
  containers:
    - { name: plain, image: example.com/web }
    - { name: driver, image: example.com/driver, securityContext: { privileged: true } }
`;
const agentUid = '8e6f3f0e-3a55-4b0f-8f0e-6a8b7b1f6c02';
const [webUid, elsewhereUid] = ['5f0c1f0e-0f5e-4b0c-9d7e-2f9d0a6b1c11', '0c9be0a4-14a2-4c59-8a6d-0c9c8f1a7a01'];

const sender = 'sensor-of-worker-1';
const entries = [
  { token: sender, clusters: ['prod'], node: 'worker-1', ingest: true },
  { token: 'sensor-of-planned', clusters: ['planned'], node: 'worker-1', ingest: true },
  { token: 'audit-of-prod-000', clusters: ['prod'], ingest: true },
  { token: 'sensor-of-two-000', clusters: ['prod', 'staging'], node: 'worker-1', ingest: true },
  { token: 'reader-of-all-000', clusters: '*' },
];

type Json = Readonly<Record<string, unknown>>;
type Section = readonly [RecordClass, first: number, records: readonly (Json | string)[], missing?: number];

function text(instance: string, sequence: number, sections: readonly Section[]): string {
  const lines = sections.flatMap(([name, first, records, missing = 0]) => [
    { class: name, first, count: records.length, missing },
    ...records,
  ]);
  const all = [{ instance, sequence }, ...lines];
  return all.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
}

let moment = 0;
/** An alert as a sensor tells it; each of another moment. */
function alert(rule: string, event: Json = {}): Json {
  moment++;
  const time = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, moment)).toISOString();
  const whole = {
    'evt.type': 'openat',
    'evt.time': time,
    'thread.tid': 7,
    'proc.name': 'cat',
    'k8s.pod.uid': webUid,
    'container.name': 'main',
    ...event,
  };
  const fields = { 'fd.name': '/etc/shadow', 'portolan.reach.from': 'a lie', 'k8s.node.name': 'another lie' };
  return { rule, severity: 'HIGH', techniques: ['T1003'], time, output: `${rule} by cat`, fields, event: whole };
}

for (const store of stores) {
  describe(`what sensors send to a gateway on ${store.name}`, { skip: store.skip }, async () => {
    const closing = new AsyncDisposableStack();
    after(() => closing.disposeAsync());
    const folder = temporaryFolder();
    const house = await openHouse(closing, store);
    const prod = await chartManifests(house, 'prod', manifest);
    const tokens = join(folder, 'tokens.yaml');
    writeFileSync(tokens, JSON.stringify({ tokens: entries }), { mode: 0o600 });
    /** Set to let records fail. */
    let outage: Error | null = null;
    const alerts = new Proxy(house.alerts, {
      get: (target, name, receiver) =>
        name === 'deliver' && outage !== null ? () => Promise.reject(outage) : Reflect.get(target, name, receiver),
    });
    const { logger, lines } = memoryLog();
    const sensors = openSensorIntake({ ...house, alerts }, openLearning(house.records, 0), logger);
    const gateway = await serve(closing, house, { auth: { tokenFile: tokens }, sensors, logger });

    async function send(
      content: string | Buffer,
      { token = sender, headers = {} as Readonly<Record<string, string>> } = {},
    ) {
      const payload = typeof content === 'string' ? zstdCompressSync(content) : content;
      const response = await gateway.inject({
        method: 'POST',
        url: '/ingest/v1/sensor',
        payload,
        headers: {
          'content-type': 'application/vnd.portolan.sensor-batch.v1+ndjson',
          'content-encoding': 'zstd',
          'content-digest': contentDigest(payload),
          authorization: `Bearer ${token}`,
          ...headers,
        },
      });
      return { status: response.statusCode, headers: response.headers, body: response.json() };
    }

    async function idOf(ref: string): Promise<string> {
      const filter = {
        and: [
          { field: 'ref', in: [ref] },
          { field: 'cluster', in: [prod] },
        ],
      };
      const { items } = await house.store.find(wholeTenant(house.tenant), {
        kinds: ['Node'],
        filter,
        page: { first: 1 },
      });
      return items[0]?.item.id ?? '';
    }

    async function alertsOf(rule: string): Promise<readonly Alert[]> {
      const { items } = await house.alerts.find(wholeTenant(house.tenant), {
        filter: { rules: [rule] },
        page: { first: 10 },
      });
      return items.map(({ item }) => item);
    }

    test('an alert of a batch is joined to pod, container and node, once however often the batch comes', async () => {
      const instance = randomUUID();
      const first = text(instance, 1, [
        ['alert', 1, [alert('Shadow read'), alert('Shadow read'), 'no JSON', alert('')]],
      ]);
      const { status, body } = await send(first);
      assert.equal(status, 200);
      assert.deepEqual(
        { ...body, problems: body.problems.length },
        { sequence: 1, taken: true, alerts: 2, malformed: 2, problems: 2 },
      );
      assert.match(body.problems[0], /^alert 3: the record is no JSON/);
      assert.ok(lines.some((line) => line.includes('malformed sensor records')));
      const [found, ...others] = await alertsOf('Shadow read');
      assert.deepEqual(others, []);
      assert.partialDeepStrictEqual(found, {
        cluster: prod,
        namespace: 'shop',
        severity: 'HIGH',
        count: 2,
        fields: {
          'proc.name': 'cat',
          'fd.name': '/etc/shadow',
          'k8s.pod.uid': webUid,
          'k8s.node.name': 'worker-1',
          'portolan.reach.from': 'Pod/shop/web',
          'portolan.reach.clusterAdminCost': null,
        },
      });
      assert.equal(typeof found?.fields['portolan.reach.internetCost'], 'number');
      const nodes = await house.store.nodes(wholeTenant(house.tenant), found?.subjects ?? []);
      assert.deepEqual(
        nodes.map((node) => node?.ref),
        ['Pod/shop/web', 'Container/shop/web/main', 'Node/worker-1'],
      );

      assert.partialDeepStrictEqual(await send(first), { status: 200, body: { sequence: 1, taken: false } });
      const gzipped = gzipSync(first); // the same batch, compressed otherwise, is another one
      const clash = await send(gzipped, { headers: { 'content-encoding': 'gzip' } });
      assert.deepEqual([clash.status, clash.body.errors[0].extensions.code], [409, 'CONFLICT']);
      assert.equal((await alertsOf('Shadow read'))[0]?.count, 2);
      const next = gzipSync(text(instance, 2, [['alert', 5, [alert('Shadow read')]]]));
      assert.equal((await send(next, { headers: { 'content-encoding': 'gzip' } })).status, 200);
      assert.equal((await alertsOf('Shadow read'))[0]?.count, 3);
      const metrics = await gateway.inject({ url: '/metrics', headers: { authorization: 'Bearer reader-of-all-000' } });
      for (const line of ['taken"} 2', 'known"} 1', 'conflict"} 1'])
        assert.ok(metrics.body.includes(`portolan_sensor_batches_total{outcome="${line}`), line);
    });

    test('a sensor speaks for its own node and does nothing else', async () => {
      const batch = (rule: string, event?: Json) => text(randomUUID(), 1, [['alert', 1, [alert(rule, event)]]]);
      for (const [token, status, message] of [
        ['nobody-knows-this', 401, /not known/],
        ['reader-of-all-000', 403, /right to ingest/],
        ['audit-of-prod-000', 403, /one cluster and one node/],
        ['sensor-of-two-000', 403, /one cluster and one node/],
      ] as const) {
        const refused = await send(batch('Refused'), { token });
        assert.equal(refused.status, status, token);
        assert.match(refused.body.errors[0].message, message);
      }
      const uncharted = await send(batch('Refused'), { token: 'sensor-of-planned' });
      assert.deepEqual([uncharted.status, uncharted.headers['retry-after']], [503, '10']);
      assert.deepEqual(await alertsOf('Refused'), []);
      for (const url of ['/graphql', '/audit/v1/clusters/prod']) {
        const headers = { authorization: `Bearer ${sender}` };
        const asked = await gateway.inject({ method: 'POST', url, payload: { query: '{ version }' }, headers });
        assert.ok([403, 404].includes(asked.statusCode), url);
      }

      assert.equal((await send(batch('Of another node', { 'k8s.pod.uid': elsewhereUid }))).status, 200);
      const [foreignAlert] = await alertsOf('Of another node');
      assert.deepEqual([foreignAlert?.namespace, foreignAlert?.subjects.length], [null, 1], 'the node alone');
      const unknown = randomUUID();
      assert.equal((await send(batch('Of a new pod', { 'k8s.pod.uid': unknown }))).status, 200);
      assert.equal((await alertsOf('Of a new pod'))[0]?.subjects[0], nodeId('Pod', prod, unknown));
      assert.equal(
        (await send(batch('Of the host', { 'k8s.pod.uid': undefined, 'container.id': 'host' }))).status,
        200,
      );
      assert.equal((await alertsOf('Of the host'))[0]?.fields['portolan.reach.from'], 'Node/worker-1');
      const future = { ...alert('From the future'), time: '9999-01-01T00:00:00Z' };
      assert.equal((await send(text(randomUUID(), 1, [['alert', 1, [future]]]))).status, 200);
      assert.ok(((await alertsOf('From the future'))[0]?.lastSeen ?? '') <= new Date().toISOString());
    });

    test('correlations look at what sensors tell: a foreign program in a pod that the Internet reaches', async () => {
      const event = { ...foreign.fires.events[0], 'thread.tid': 42 };
      const start = { ...alert(programThatIsNotOfTheImage.name), event };
      const batch = text(randomUUID(), 1, [
        ['alert', 1, [start]],
        ['process', 1, [event]],
      ]);
      outage = new StoreError('UPSTREAM_UNAVAILABLE', 'gone');
      const refused = await send(batch);
      assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '10']);
      outage = null;
      assert.partialDeepStrictEqual(await send(batch), { status: 200, body: { taken: true, alerts: 2 } });
      assert.partialDeepStrictEqual(await send(batch), { status: 200, body: { taken: false, alerts: 0 } });
      assert.equal((await send(text(randomUUID(), 1, [['process', 2, [event]]]))).body.alerts, 0, 'seen already');
      const [found] = await alertsOf(foreign.name);
      assert.deepEqual([found?.count, found?.severity, found?.namespace], [1, 'CRITICAL', 'shop']);

      const lie = { ...event, 'k8s.pod.uid': elsewhereUid };
      const stolen = { ...start, event: lie };
      await send(text(randomUUID(), 1, [['alert', 1, [stolen]]]));
      assert.equal((await alertsOf(foreign.name)).length, 1);
    });

    test('an alert names the step out of its container that it shows being taken', async () => {
      const { name } = kernelModuleLoadedFromAContainer;
      const records = ['plain', 'driver', undefined].map((container, index) =>
        alert(name, { 'k8s.pod.uid': agentUid, 'container.name': container, 'container.id': `container ${index}` }),
      );
      const { body } = await send(text(randomUUID(), 1, [['alert', 1, records]]));
      assert.equal(body.alerts, 3);
      const step = edgeId(
        nodeId('Container', prod, `${agentUid}/driver`),
        'CE_MODULE_LOAD',
        await idOf('Node/worker-1'),
      );
      const proves = (await alertsOf(name)).map(({ fields, proves }) => [fields['container.name'] ?? null, proves]);
      assert.deepEqual(
        new Map(proves as [unknown, unknown][]),
        new Map<unknown, unknown>([
          ['plain', []],
          ['driver', [step]],
          [null, [step]],
        ]),
      );
    });

    test('what is lost, missing or not seen is kept by node', async () => {
      const instance = randomUUID();
      const gap = (where: string, more: Json) => ({
        where,
        reason: 'a reason',
        time: '2026-01-02T03:04:05.000Z',
        ...more,
      });
      const gaps = [
        gap('kernel', { count: 5 }),
        gap('kernel', { count: 7 }),
        gap('loader', { count: null }),
        gap('declared', { gaps: [{ cause: 'io_uring', probe: null, reason: 'no call' }] }),
        gap('program', { count: null }),
      ];
      await send(
        text(instance, 1, [
          ['gap', 1, gaps],
          ['event', 9, [], 8],
          ['alert', 1, ['[]']],
        ]),
      );
      const own = (await house.alerts.senders(house.tenant, prod)).find((each) => each.instance === instance);
      assert.deepEqual(own?.declared, [{ cause: 'io_uring', probe: null, reason: 'no call' }]);
      assert.deepEqual(
        own?.losses.map((loss) => [loss.where, loss.class, loss.count]),
        [
          ['spool', 'event', 8],
          ['kernel', null, 12],
          ['loader', null, null],
          ['gateway', 'alert', 1],
        ],
      );
      await send(text(instance, 4, []));
      const later = (await house.alerts.senders(house.tenant, prod)).find((each) => each.instance === instance);
      assert.deepEqual([later?.losses.at(-1)?.where, later?.sequence], ['receiver', 4]);
    });

    test('what is no batch is refused with a reason, and too much is told to wait', async () => {
      const good = text(randomUUID(), 1, []);
      const cases: readonly (readonly [Promise<Awaited<ReturnType<typeof send>>>, number, RegExp])[] = [
        [send('{"instance":1}\n'), 400, /line 1: instance must be a UUID/],
        [send(good, { headers: { 'content-digest': 'sha-256=:x:' } }), 400, /Content-Digest/],
        [send(zstdCompressSync(Buffer.alloc(8 << 20))), 400, /cannot be decoded/],
        [send(Buffer.alloc((1 << 20) + 1)), 413, /the limit is 1048576 bytes/],
        [send(good, { headers: { 'content-encoding': 'br' } }), 415, /zstd or gzip/],
        [send(good, { headers: { 'content-type': 'application/json' } }), 415, /./],
      ];
      for (const [sent, status, message] of cases) {
        const { status: answered, body } = await sent;
        assert.equal(answered, status, String(message));
        assert.match(body.errors[0].message, message);
      }
      const flood = await Promise.all(Array.from({ length: 120 }, () => send(text(randomUUID(), 1, []))));
      const late = flood.filter(({ status }) => status === 429);
      assert.ok(late.length > 0 && late.length < 120, `${late.length} are told to wait`);
      assert.ok(late.every(({ headers }) => headers['retry-after'] === '1'));
      await sleep(1_100);
      assert.equal((await send(good)).status, 200);
    });

    test('a publisher sends to a gateway that stops and starts: every alert counts once', {
      timeout: 60_000,
    }, async () => {
      const spoolFolder = join(folder, 'spool');
      mkdirSync(spoolFolder);
      const tokenFile = join(folder, 'token');
      writeFileSync(tokenFile, sender);
      const port = await freePort();
      const url = new URL(`http://127.0.0.1:${port}`);
      const start = () => serve(closing, house, { port, auth: { tokenFile: tokens }, sensors, logger });
      const spool = new SpoolWriter({ folder: spoolFolder, limitBytes: 8 << 20 });
      const stop = new AbortController();
      const client = receiverClient({ url, tokenFile, certFile: null, keyFile: null, caFile: null });
      const status = publisherStatus();
      const publishing = publish({ folder: spoolFolder, client, status, signal: stop.signal });
      const rounds = 6;
      for (let round = 1; round <= rounds; round++) {
        const running = await start();
        for (let i = 0; i < 5; i++) {
          const record = alert('Published');
          spool.append('alert', Buffer.from(`${JSON.stringify(record)}\n`), 1);
          await sleep(10 * round);
        }
        await running.stop();
      }
      await start();
      for (const limit = Date.now() + 30_000; status.delivered.alert < 5 * rounds && Date.now() < limit; )
        await sleep(50);
      stop.abort();
      await publishing;
      spool.close();
      await client.close();
      assert.equal(status.delivered.alert, 5 * rounds);
      const [published] = await alertsOf('Published');
      assert.equal(published?.count, 5 * rounds);
    });
  });
}
