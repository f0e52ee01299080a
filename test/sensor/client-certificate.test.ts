// docs/protocol/sensor.md, section 5: client certificates, over real TLS, on a gateway that has the records of a real store.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Agent, createServer, type RequestOptions, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { zstdCompressSync } from 'node:zlib';
import { loadRules } from '../../detections/engine/load.ts';
import { packFiles } from '../../detections/rules/pack.ts';
import { openLearning } from '../../gateway/ingest/learnt.ts';
import { openSensorIntake } from '../../gateway/ingest/sensor/intake.ts';
import { openWatches } from '../../gateway/ingest/watches.ts';
import { keepRenewing, serverOptions } from '../../gateway/tls.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import { contentDigest } from '../../sensor/publish/batch.ts';
import { receiverClient } from '../../sensor/publish/receiver-client.ts';
import { chartManifests } from '../audit/histories.ts';
import { memoryLog, openHouse, serve } from '../gateway/testbed.ts';
import { createAuthority, type Identity, issueClient, issueServer } from '../testbed/certificates.ts';
import { temporaryFolder } from '../testbed/temporary.ts';

const closing = new AsyncDisposableStack();
after(() => closing.disposeAsync());
const folder = temporaryFolder();
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

const [authority, senders, stranger] = [createAuthority(), createAuthority(), createAuthority('stranger')];
const own = issueServer(authority, { commonName: 'gateway' }, ['127.0.0.1']);
const caFile = file('ca.pem', authority.certificate);
const tls = {
  certFile: file('gateway.pem', own.certificate),
  keyFile: file('gateway.key', own.key),
  clientCaFile: file('senders.pem', senders.certificate),
};
const token = 'sensor-of-worker-1';
const entries = [
  { token, clusters: ['prod'], node: 'worker-1', ingest: true },
  { token: 'reader-of-all-000', clusters: '*' },
];

const house = await openHouse(closing);
const node = 'apiVersion: v1\nkind: Node\nmetadata: { name: worker-1 }\n';
await chartManifests(house, 'prod', node);
await chartManifests(house, 'a/b: c', node);
const learning = openLearning(house.records, 0);
const { logger } = memoryLog();
const gateway = await serve(closing, house, {
  tls,
  auth: { tokenFile: file('tokens.yaml', JSON.stringify({ tokens: entries })) },
  sensors: openSensorIntake(house, learning, logger),
  watch: openWatches(house, () => loadRules(packFiles()), learning, logger).of,
  logger,
});

const subject = { commonName: 'worker-1' };
const issued = (...uris: readonly string[]): Identity => issueClient(senders, subject, { uris });
const worker = 'portolan:cluster/prod/node/worker-1';

function batchOf(rule: string): Buffer {
  const time = new Date().toISOString();
  const alert = {
    rule,
    severity: 'HIGH',
    techniques: [],
    time,
    output: rule,
    fields: {},
    event: { 'evt.type': 'open', 'evt.time': time },
  };
  const lines = [{ instance: randomUUID(), sequence: 1 }, { class: 'alert', first: 1, count: 1, missing: 0 }, alert];
  return zstdCompressSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly socket: TLSSocket;
}

/** One request over TLS; a batch of a sensor unless told otherwise. */
function ask(
  client: Identity | null,
  {
    path = '/ingest/v1/sensor',
    body = batchOf('Some rule'),
    bearer = '',
    agent,
  }: {
    readonly path?: string;
    readonly body?: Buffer;
    readonly bearer?: string;
    readonly agent?: Agent;
  } = {},
): Promise<Answer> {
  const sensor = path === '/ingest/v1/sensor';
  const options: RequestOptions = {
    method: 'POST',
    agent: agent ?? false,
    ca: authority.certificate,
    ...(client && { cert: client.certificate, key: client.key }),
    headers: {
      'content-type': sensor ? 'application/vnd.portolan.sensor-batch.v1+ndjson' : 'application/json',
      ...(sensor && { 'content-encoding': 'zstd', 'content-digest': contentDigest(body) }),
      ...(bearer && { authorization: `Bearer ${bearer}` }),
    },
  };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, gateway.url), options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          body: Buffer.concat(chunks).toString(),
          socket: response.socket as TLSSocket,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const audited = {
  path: '/audit/v1/clusters/prod',
  body: Buffer.from('{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[]}'),
};

test('a publisher with a certificate speaks for the node that this names, and no other', async () => {
  const client = issued(worker);
  const content = batchOf('Told by a certificate');
  const publisher = receiverClient({
    url: new URL(gateway.url),
    tokenFile: null,
    certFile: file('client.pem', client.certificate),
    keyFile: file('client.key', client.key),
    caFile,
  });
  const batch = { body: content, encoding: 'zstd', digest: contentDigest(content) } as Parameters<
    typeof publisher.send
  >[0];
  const answer = await publisher.send(batch, AbortSignal.timeout(10_000));
  await publisher.close();
  assert.equal(answer.verdict.kind, 'taken', answer.message);
  const { items } = await house.alerts.find(wholeTenant(house.tenant), {
    filter: { rules: ['Told by a certificate'] },
    page: { first: 2 },
  });
  assert.deepEqual(
    items.map(({ item }) => item.fields['k8s.node.name']),
    ['worker-1'],
  );
});

test('names of clusters are percent-encoded', async () => {
  assert.equal((await ask(issued('portolan:cluster/a%2Fb%3A%20c/node/worker-1'))).status, 200);
});

test('a sensor’s certificate does nothing else, and an API server’s is for the audit events of its cluster', async () => {
  const server = issued('portolan:cluster/prod');
  for (const [what, answer, status] of [
    ['the sensor sends audit events', await ask(issued(worker), audited), 403],
    [
      'the sensor reads',
      await ask(issued(worker), { path: '/graphql', body: Buffer.from('{"query":"{version}"}') }),
      401,
    ],
    ['the API server', await ask(server, audited), 200],
    ['the API server of another cluster', await ask(issued('portolan:cluster/staging'), audited), 403],
    ['the API server speaks for a node', await ask(server), 403],
    ['the API server reads', await ask(server, { path: '/graphql', body: Buffer.from('{"query":"{version}"}') }), 401],
  ] as const)
    assert.equal(answer.status, status, `${what}: ${answer.body}`);
});

test('a certificate that is no good is refused, with the reason', async () => {
  const yesterday = new Date(Date.now() - 3_600_000);
  for (const [client, status, message] of [
    [issueClient(stranger, subject, { uris: [worker] }), 401, /is refused: UNABLE_TO_/],
    [issueClient(senders, subject, { uris: [worker], until: yesterday }), 401, /CERT_HAS_EXPIRED/],
    [issueServer(senders, subject, ['worker-1']), 401, /INVALID_PURPOSE/],
    [issued(), 403, /subjectAltName must have one URI portolan:cluster/],
    [issued(worker, 'portolan:cluster/prod/node/worker-2'), 403, /one URI/],
    [issued(`x:y, URI:${worker}`), 403, /one URI/],
    [issued('portolan:cluster/prod/node/worker-1/x'), 403, /one URI/],
    [issued('portolan:cluster/%ff/node/worker-1'), 403, /one URI/],
    [null, 401, /Say who you are/],
  ] as const) {
    const { status: found, body } = await ask(client);
    assert.equal(found, status, body);
    assert.match(body, message);
  }
  // OpenSSL may break the connection over a signature that is wrong.
  const forged = await ask(issueClient(authority, subject, { uris: [worker] })).then(
    ({ status }) => status,
    ({ code }) => code,
  );
  assert.ok(forged === 'ECONNRESET' || forged === 401, String(forged));
});

test('whoever shows a token is judged by that', async () => {
  for (const client of [null, issueClient(stranger, subject, { uris: [worker] }), issued('portolan:cluster/staging')])
    assert.equal((await ask(client, { bearer: token })).status, 200);
  assert.equal((await ask(issued(worker), { bearer: 'nobody-knows-this' })).status, 401);
});

test('a certificate that runs out ends the right of connections that were made with it', async () => {
  const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 1_000);
  const client = issueClient(senders, subject, { uris: [worker], until });
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  const resuming = new Agent({ keepAlive: false, maxCachedSessions: 1 });
  try {
    const [first, again] = [await ask(client, { agent: kept }), await ask(client, { agent: resuming })];
    assert.deepEqual([first.status, again.status], [200, 200]);
    const resumed = await ask(client, { agent: resuming });
    assert.deepEqual([resumed.status, resumed.socket.isSessionReused()], [200, true]);
    await sleep(until.getTime() - Date.now() + 50);
    const late = await ask(client, { agent: kept });
    assert.equal(late.socket, first.socket);
    assert.match(late.body, /CERT_HAS_EXPIRED/);
    assert.match((await ask(client, { agent: resuming })).body, /CERT_HAS_EXPIRED/);
  } finally {
    kept.destroy();
    resuming.destroy();
  }
});

test('files that were renewed are taken over, and those that are no good are not', async () => {
  const { logger: log, lines } = memoryLog();
  const files = { certFile: file('renewed.pem', own.certificate), keyFile: file('renewed.key', own.key) };
  const server = createServer(serverOptions(files));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.defer(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  closing.defer(keepRenewing(server, files, log, 20));
  const { port } = server.address() as AddressInfo;
  const names = (): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', ca: authority.certificate }, () => {
        resolve(socket.getPeerX509Certificate()?.subject);
        socket.destroy();
      }).on('error', reject);
    });
  const until = async (text: string): Promise<void> => {
    for (const limit = Date.now() + 10_000; !lines.some((line) => line.includes(text)); await sleep(10))
      assert.ok(Date.now() < limit, text);
  };
  const next = issueServer(authority, { commonName: 'renewed' }, ['127.0.0.1']);
  file('renewed.pem', next.certificate);
  await until('serving by those from before');
  assert.equal(await names(), 'CN=gateway');
  file('renewed.key', next.key);
  await until('as they are now');
  assert.equal(await names(), 'CN=renewed');
});

test('files that cannot be used are named', () => {
  const broken = file('broken.pem', 'no certificate');
  for (const [settings, message] of [
    [{ ...tls, certFile: '/nowhere.pem' }, /^\/nowhere\.pem cannot be read: ENOENT/],
    [{ ...tls, certFile: broken }, /broken\.pem and .*gateway\.key are no certificate and its key/],
    [
      { ...tls, keyFile: file('other.key', issued().key) },
      /gateway\.pem and .*other\.key are no certificate and its key/,
    ],
    [{ ...tls, clientCaFile: broken }, /broken\.pem holds no certificate/],
  ] as const)
    assert.throws(() => serverOptions(settings), { message });
});
