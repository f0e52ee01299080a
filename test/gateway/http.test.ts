import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { shop } from './shop.ts';
import { type House, memoryLog, openHouse, serve } from './testbed.ts';

/** A request over a real socket with headers of one's own; fetch would not send another Host. */
function raw(url: string, headers: Readonly<Record<string, string>>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject).end();
  });
}

suite('http', () => {
  const prod = shop('prod');
  const closing = new AsyncDisposableStack();
  let house: House;
  before(async () => {
    house = await openHouse(closing);
    await house.commit(prod.cluster, prod.delta());
  });
  after(() => closing.disposeAsync());

  const origins: readonly (readonly [headers: Readonly<Record<string, string>>, status: number])[] = [
    [{}, 200],
    [{ host: 'localhost:4000' }, 200],
    [{ host: '[::1]:4000' }, 200],
    [{ host: '127.8.9.1' }, 200],
    [{ host: 'evil.example' }, 421],
    [{ host: 'localhost.evil.example' }, 421],
    [{ host: '127.0.0.1.evil.example' }, 421],
    [{ host: 'localhost@evil.example' }, 421],
    [{ host: '192.0.2.1' }, 421],
    [{ origin: 'http://localhost:3000' }, 200],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
  ];
  for (const [headers, status] of origins) {
    test(`on loopback ${JSON.stringify(headers)} gets ${status}`, async () => {
      const { url } = await serve(closing, house);
      for (const path of ['/livez', '/ide', '/metrics']) {
        const answer = await raw(url + path, headers);
        assert.equal(answer.status, status);
        if (status !== 200) assert.match(answer.body, /listens on loopback only/);
      }
    });
  }

  test("what is no query is the caller's mistake, and nothing is logged as ours", async () => {
    const log = memoryLog();
    const { inject } = await serve(closing, house, { logger: log.logger });
    for (const query of ['subscription { alertRaised { cursor } }']) {
      const headers = { 'content-type': 'application/json' };
      const answer = await inject({ method: 'POST', url: '/graphql', headers, payload: { query } });
      assert.equal(answer.statusCode, 400);
      assert.match(answer.body, /text.event-stream/);
      assert.match(answer.body, /GRAPHQL_VALIDATION_FAILED/);
    }
    const answer = await inject({ method: 'PUT', url: '/graphql', payload: {} });
    assert.equal(answer.statusCode, 405);
    assert.equal(answer.headers.allow, 'GET, POST');
    assert.ok(!log.lines.some((line) => (JSON.parse(line) as { level: number }).level >= 50));
  });

  test('behind authentication any host may be asked', async () => {
    const auth = { jwt: { issuer: 'https://a.example', audience: 'b', jwksUri: 'https://a.example/jwks' } };
    const { url } = await serve(closing, house, { host: '0.0.0.0', auth });
    const address = url.replace('0.0.0.0', '127.0.0.1');
    assert.equal((await raw(`${address}/livez`, { host: 'graph.example' })).status, 200);
  });

  test('readiness says why not', async () => {
    const { inject } = await serve(closing, house);
    assert.deepEqual((await inject('/readyz')).json(), { ready: true, reasons: [] });
    const reasons = ['prod has not been charted yet.'];
    const charting = await serve(closing, house, { readiness: () => ({ ready: false, reasons }) });
    const waiting = await charting.inject('/readyz');
    assert.equal(waiting.statusCode, 503);
    assert.deepEqual(waiting.json(), { ready: false, reasons });
    const version = () => Promise.reject(new Error('gone'));
    const broken = await serve(closing, { ...house, store: { ...house.store, version } });
    assert.deepEqual((await broken.inject('/readyz')).json(), {
      ready: false,
      reasons: ['The store does not answer.'],
    });
    assert.equal((await broken.inject('/livez')).statusCode, 200);
  });

  test('metrics count operations by code, each gateway its own', async () => {
    const { ask, inject } = await serve(closing, house);
    await ask('{ version }');
    await ask('{ nonsense }');
    const { body } = await inject('/metrics');
    assert.match(body, /portolan_graphql_operation_duration_seconds_count\{code="OK"\} 1\n/);
    assert.match(body, /portolan_graphql_operation_duration_seconds_count\{code="GRAPHQL_VALIDATION_FAILED"\} 1\n/);
    assert.match(body, /portolan_http_requests_total\{route="\/graphql",status="400"\} 1\n/);
  });

  test('the explorer comes whole from here', async () => {
    const { inject } = await serve(closing, house);
    assert.equal((await inject('/')).headers.location, '/ide');
    const page = await inject('/ide');
    assert.doesNotMatch(page.body, /https?:\/\//);
    const policy = String(page.headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /https?:|\*/);
    const assets = [...page.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
    assert.deepEqual(assets, ['/ide/graphiql.css', '/ide/graphiql.js', '/ide/start.js']);
    for (const path of [...assets, '/ide/editor-worker.js', '/ide/json-worker.js', '/ide/graphql-worker.js']) {
      const asset = await inject(path);
      assert.equal(asset.statusCode, 200);
      const text = gunzipSync(asset.rawPayload).toString();
      // What a browser would fetch by itself; addresses in messages and comments are only text.
      assert.doesNotMatch(text, /@import\s|url\(["']?(https?:)?\/\/|importScripts\(["']https?:/);
      const again = await inject({ url: path, headers: { 'if-none-match': String(asset.headers.etag) } });
      assert.equal(again.statusCode, 304);
    }
  });

  test('every answer has an id and the headers of a careful server; logs hold no query', async () => {
    const { logger, lines } = memoryLog();
    const { inject } = await serve(closing, house, { logger });
    const payload = { query: '{ pods(filter: { name: { in: "private-name" } }) { totalCount } }' };
    const { headers } = await inject({ method: 'POST', url: '/graphql?secret=1', payload });
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    const line = lines.find((line) => line.includes(String(headers['x-request-id'])));
    assert.match(line ?? '', /"path":"\/graphql"/);
    assert.doesNotMatch(lines.join(''), /private-name|secret/);
    const nowhere = await inject('/nowhere');
    assert.equal(nowhere.statusCode, 404);
    assert.equal(nowhere.json().errors[0].extensions.code, 'NOT_FOUND');
  });

  test('a taken port is an error, and leaves nothing behind', async () => {
    const { url } = await serve(closing, house);
    await assert.rejects(serve(closing, house, { port: Number(new URL(url).port) }), { code: 'EADDRINUSE' });
  });

  test('stop lets requests in flight end, turns readiness off, frees the port, and may be called again', async () => {
    const entered = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const store = {
      ...house.store,
      count: async (...query: Parameters<typeof house.store.count>) => {
        entered.resolve();
        await released.promise;
        return house.store.count(...query);
      },
    };
    const gateway = await serve(closing, { ...house, store }, { drainMs: 100 });
    const body = JSON.stringify({ query: '{ pods { totalCount } }' });
    const headers = { 'content-type': 'application/json' };
    const inFlight = fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body });
    await entered.promise;
    const stopped = gateway.stop();
    const ready = await fetch(`${gateway.url}/readyz`);
    assert.equal(ready.status, 503);
    assert.match(await ready.text(), /shutting down/);
    setTimeout(released.resolve, 200);
    const answer = await inFlight;
    assert.equal(answer.status, 200);
    assert.deepEqual(((await answer.json()) as { data: object }).data, { pods: { totalCount: 21 } });
    await Promise.all([stopped, gateway.stop()]);
    await assert.rejects(fetch(`${gateway.url}/livez`));
  });
});
