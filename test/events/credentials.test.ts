import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { AuthSettings } from '../../gateway/auth/authenticate.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import { mayReadPlace } from '../../graph/records/alerts/alert.ts';
import { newAlert } from '../contract/alerts.ts';
import { chart } from '../gateway/chart.ts';
import { subscribe } from '../gateway/subscribe.ts';
import { openHouse, serve } from '../gateway/testbed.ts';
import { random, seeds } from '../property/random.ts';

const query = `subscription($changes: [AlertChange!]! = [RAISED, REPEATED, ACKNOWLEDGED, RESOLVED], $after: String) {
  alertRaised(changes: $changes, after: $after, filter: { suppressed: null }) { cursor alert { id rule namespace cluster { name } } } }`;
const fromTheBeginning = Buffer.from('["alerts",[]]').toString('base64url');
const now = () => new Date().toISOString();

for (const seed of seeds(3)) {
  test(`a subscriber gets just the events of his scope, live and from a cursor (seed ${seed})`, async () => {
    await using closing = new AsyncDisposableStack();
    const draw = random(seed);
    const house = await openHouse(closing);
    const charts = ['a', 'b', 'c'].map((name) => chart(name));
    for (const c of charts) await house.commit(c.cluster, c.delta());
    const grants = Array.from({ length: 4 }, (_, i) => ({
      token: `token-of-subscriber-${i}`,
      clusters: draw.sample(['a', 'b', 'c'], 3),
      namespaces: draw.pick([undefined, ['n1'], ['n1', 'n2'], []]),
    }));
    const folder = await mkdtemp(join(tmpdir(), 'portolan-events-'));
    closing.defer(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'tokens.json'), JSON.stringify({ tokens: grants }), { mode: 0o600 });
    const gateway = await serve(closing, house, { auth: { tokenFile: join(folder, 'tokens.json') } });
    const live = await Promise.all(
      grants.map(({ token }) => subscribe(gateway.url, { query }, { Authorization: `Bearer ${token}` })),
    );
    await sleep(300);
    for (let i = 0; i < 60; i++) {
      const alert = newAlert({
        key: `key ${draw.integer(30)}`,
        rule: `rule ${i}`,
        namespace: draw.pick(['n1', 'n2', null]),
      });
      const [event] = await house.alerts.raise('default', draw.pick(charts).cluster, [alert], now());
      if (draw.chance(0.3)) {
        const act = { who: 'test', at: now(), note: null };
        await house.alerts.change(wholeTenant('default'), event?.alert.id as string, 'RESOLVED', act);
      }
    }
    const { items } = await house.alerts.find(wholeTenant('default'), { page: { first: 1_000 } });
    const places = new Map(items.map(({ item }) => [item.id, item]));
    await sleep(500);
    for (const [i, { token, clusters, namespaces }] of grants.entries()) {
      const scope = {
        tenant: 'default',
        clusters: Object.fromEntries(
          charts
            .filter((_, c) => clusters.includes('abc'[c] as string))
            .map(({ cluster }) => [cluster, namespaces ?? ('all' as const)]),
        ),
      };
      const replayed = await subscribe(
        gateway.url,
        { query, variables: { after: fromTheBeginning } },
        { Authorization: `Bearer ${token}` },
      );
      await replayed.until(live[i]?.events.length ?? 0);
      await sleep(100);
      assert.deepEqual(
        replayed.events.map(({ data }) => data.alertRaised.alert).sort(byText),
        live[i]?.events.map(({ data }) => data.alertRaised.alert).sort(byText),
      );
      for (const { data } of replayed.events) {
        const { alert, cursor } = data.alertRaised;
        const place = places.get(alert.id);
        assert.ok(place && mayReadPlace(scope, place), `seed ${seed}: ${JSON.stringify(alert)} to ${token}`);
        const told = Buffer.from(cursor, 'base64url').toString();
        for (const { cluster } of charts)
          assert.ok(!told.includes(cluster) || Object.hasOwn(scope.clusters, cluster), 'a cursor tells');
      }
      // Neither more nor less: each alert in scope was raised, at least.
      const seen = new Set(replayed.events.map(({ data }) => data.alertRaised.alert.id));
      for (const [id, place] of places) assert.equal(seen.has(id), mayReadPlace(scope, place), `seed ${seed}: ${id}`);
      await replayed.stop();
    }
    for (const one of live) await one.stop();
  });
}

const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

async function provider(closing: AsyncDisposableStack) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  const server = createServer((_request, response) =>
    response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'one', alg: 'ES256' }] })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as { port: number };
  const jwt = { issuer: 'https://idp.example', audience: 'portolan', jwksUri: `http://127.0.0.1:${port}/jwks` };
  const token = (seconds: number, claims = {}) =>
    new SignJWT({ portolan_clusters: '*', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(jwt.issuer)
      .setAudience(jwt.audience)
      .setSubject('ada')
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
      .sign(privateKey);
  return { auth: { jwt } satisfies AuthSettings, token };
}

test('a subscription ends with its token, over either transport, and one without a good token does not begin', async () => {
  await using closing = new AsyncDisposableStack();
  const house = await openHouse(closing);
  const { auth, token } = await provider(closing);
  const gateway = await serve(closing, house, { auth });
  const good = await token(3);
  const socket = await subscribe(gateway.url, { query }, { Authorization: `Bearer ${good}` });
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization: `Bearer ${good}` },
    body: JSON.stringify({ query, variables: { after: fromTheBeginning } }),
  });
  await house.alerts.raise('default', 'alpha', [newAlert()], now());
  await socket.until(1);
  const text = await response.text();
  assert.match(text, /Terminal shell/);
  assert.match(text, /The token has expired.*UNAUTHENTICATED/);
  assert.doesNotMatch(text, /event: complete/, 'so that the client comes back');
  const closed = (await socket.ended) as { code: number };
  assert.equal(closed.code, 4403);
  await socket.stop();

  for (const parameters of [{}, { Authorization: 'Bearer nonsense' }, { Authorization: `Bearer ${good}` }]) {
    const refused = (await await refusedAt(gateway.url, parameters)) as { code: number };
    assert.equal(refused.code, 4403, JSON.stringify(parameters));
  }
});

/** The close event of a connection that is refused. */
async function refusedAt(url: string, parameters: Record<string, unknown>): Promise<unknown> {
  const { createClient } = await import('graphql-ws');
  const { WebSocket } = await import('ws');
  return new Promise((resolve) => {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: parameters,
      retryAttempts: 0,
      on: { closed: resolve },
    });
    client.subscribe({ query }, { next: () => undefined, error: () => undefined, complete: () => undefined });
  });
}

test('who may only read cannot change an alert; what is done is under the name of the token', async () => {
  await using closing = new AsyncDisposableStack();
  const house = await openHouse(closing);
  const { auth, token } = await provider(closing);
  const gateway = await serve(closing, house, { auth });
  const [raised] = await house.alerts.raise('default', 'alpha', [newAlert()], now());
  const acknowledge = `mutation($id: ID!) { acknowledgeAlert(input: { id: $id }) { alert { state history { who } } errors { message } } }`;
  const variables = { id: raised?.alert.id };
  const refused = await gateway.ask(acknowledge, variables, await token(60));
  assert.equal(refused.errors?.[0]?.extensions.code, 'FORBIDDEN');
  const { acknowledgeAlert } = await gateway.data(acknowledge, variables, await token(60, { portolan_write: true }));
  assert.deepEqual(acknowledgeAlert, { alert: { state: 'ACKNOWLEDGED', history: [{ who: 'ada' }] }, errors: [] });
});
