import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { openRedisLog } from '../../events/redis/log.ts';
import { storeLog } from '../../events/store-log.ts';
import { newAlert } from '../contract/alerts.ts';
import { chart } from '../gateway/chart.ts';
import { type Event, type Subscribed, subscribe } from '../gateway/subscribe.ts';
import { type House, openHouse, type Served, serve } from '../gateway/testbed.ts';
import { redisMissing, startRedis } from '../testbed/redis.ts';

const alertRaised = `subscription Raised($filter: AlertFilter, $changes: [AlertChange!]! = [RAISED, REPEATED], $after: String) {
  alertRaised(filter: $filter, changes: $changes, after: $after) { cursor change alert { id rule count state subjects { ref } } }
}`;

const raise = (house: House, rule: string, changes = {}, cluster = 'alpha') =>
  house.alerts.raise('default', cluster, [newAlert({ key: rule, rule, ...changes })], new Date().toISOString());
const rules = (events: readonly Event[]) => events.map(({ data }) => data.alertRaised.alert.rule);

/** Waits until a subscription that begins now has begun. */
async function begun(
  house: House,
  ask: { readonly events: Event[]; until(count: number): Promise<unknown> },
): Promise<void> {
  for (let i = 0; ask.events.length === 0; i++) {
    await raise(house, 'begin', { key: `begin ${i}` });
    await sleep(20);
  }
  await sleep(100);
  ask.events.length = 0;
}

describe('subscriptions', () => {
  test('alertRaised tells of what is raised, filtered, with its nodes; the life of alerts on request', async () => {
    await using closing = new AsyncDisposableStack();
    const house = await openHouse(closing);
    const gateway = await serve(closing, house);
    const c = chart('prod');
    const pod = c.node('Pod', 'shop', 'web');
    await house.commit(c.cluster, c.delta());
    const all = await subscribe(gateway.url, { query: alertRaised });
    const filtered = await subscribe(gateway.url, {
      query: alertRaised,
      variables: { filter: { clusters: ['prod'], severityAtLeast: 'HIGH' }, changes: ['RAISED', 'RESOLVED'] },
    });
    await begun(house, all);
    await raise(house, 'low', {}, c.cluster);
    const [high] = await raise(house, 'high', { severity: 'HIGH', subjects: [pod] }, c.cluster);
    await raise(house, 'high', { severity: 'HIGH' }, c.cluster);
    const { resolveAlert } = await gateway.data(
      'mutation($id: ID!) { resolveAlert(input: { id: $id, note: "a drill" }) { alert { state history { who action note } } errors { message } } }',
      { id: high?.alert.id },
    );
    assert.deepEqual(resolveAlert, {
      alert: {
        state: 'RESOLVED',
        history: [{ who: 'somebody on this machine', action: 'RESOLVE_ALERT', note: 'a drill' }],
      },
      errors: [],
    });
    const events = (await all.until(3)).map(({ data }) => data.alertRaised);
    assert.deepEqual(
      events.map(({ change, alert }) => [change, alert.rule, alert.count]),
      [
        ['RAISED', 'low', 1],
        ['RAISED', 'high', 1],
        ['REPEATED', 'high', 2],
      ],
    );
    assert.deepEqual(events[1].alert.subjects, [{ ref: 'Pod/shop/web' }]);
    const some = (await filtered.until(2)).map(({ data }) => data.alertRaised);
    assert.deepEqual(
      some.map(({ change, alert }) => [change, alert.rule, alert.state]),
      [
        ['RAISED', 'high', 'OPEN'],
        ['RESOLVED', 'high', 'RESOLVED'],
      ],
    );
    await all.stop();
    await filtered.stop();
  });

  test('who goes on after a cursor gets the rest, each once, and joins those who run together', async () => {
    await using closing = new AsyncDisposableStack();
    const house = await openHouse(closing);
    const gateway = await serve(closing, house);
    const present = await subscribe(gateway.url, { query: alertRaised });
    await begun(house, present);
    for (let i = 0; i < 30; i++) await raise(house, `rule ${i}`);
    const events = await present.until(30);
    const after = events[9].data.alertRaised.cursor;
    let more = true;
    const writing = (async () => {
      for (let i = 30; more; i++) {
        await raise(house, `rule ${i}`);
        await sleep(2);
      }
    })();
    const late = await Promise.all(
      Array.from({ length: 5 }, () => subscribe(gateway.url, { query: alertRaised, variables: { after } })),
    );
    for (const one of late) await one.until(150);
    more = false;
    await writing;
    await sleep(300);
    const wanted = rules(present.events);
    for (const one of late) {
      assert.deepEqual(rules(one.events), wanted.slice(10));
      assert.deepEqual(one.events.at(-1), present.events.at(-1));
      await one.stop();
    }
    await present.stop();
  });

  test('graphChanged tells of nodes and edges as they come, change and go', async () => {
    await using closing = new AsyncDisposableStack();
    const house = await openHouse(closing);
    const gateway = await serve(closing, house);
    const query = `subscription($filter: GraphFilter, $after: String) { graphChanged(filter: $filter, after: $after) {
      cursor omitted changed { ref deletedAt } removed { ref deletedAt } edges { name from { ref } to { ref } } } }`;
    const pods = await subscribe(gateway.url, {
      query,
      variables: { filter: { kinds: ['POD'], namespaces: ['shop'] } },
    });
    await sleep(200);
    const c = chart('prod');
    const pod = c.node('Pod', 'shop', 'web');
    const node = c.node('Node', null, 'worker');
    c.node('Pod', 'other', 'quiet');
    c.step('POD_EXEC', pod, node, 3);
    await house.commit(c.cluster, c.delta());
    await house.commit(c.cluster, { ...c.delta(), nodes: [], edges: [], removedNodes: [node] });
    await house.commit(c.cluster, { ...c.delta(), nodes: [], edges: [], removedNodes: [pod] });
    const events = (await pods.until(2)).map(({ data }) => data.graphChanged);
    assert.deepEqual(
      events[0].changed.map(({ ref }: { ref: string }) => ref),
      ['Pod/shop/web'],
    );
    assert.equal(events[0].omitted, 0);
    assert.equal(events[1].removed[0].ref, 'Pod/shop/web');
    assert.ok(events[1].removed[0].deletedAt);
    const again = await subscribe(gateway.url, {
      query,
      variables: { filter: { kinds: ['POD'], namespaces: ['shop'] }, after: events[0].cursor },
    });
    assert.deepEqual((await again.until(1))[0].data.graphChanged, events[1]);
    await again.stop();
    await pods.stop();
  });

  test('attackPathChanged gives all paths, then differences, and the difference since a cursor', async () => {
    await using closing = new AsyncDisposableStack();
    const house = await openHouse(closing);
    const gateway = await serve(closing, house);
    const c = chart('prod');
    const [a, b] = [c.node('Pod', 'shop', 'a'), c.node('Pod', 'shop', 'b')];
    const internet = c.internet();
    c.step('EXPOSE_LOAD_BALANCER', internet, a, 1);
    c.step('POD_EXEC', a, c.cluster, 3);
    await house.commit(c.cluster, c.delta());
    const query = `subscription($after: String) { attackPathChanged(from: { set: INTERNET }, to: { set: CLUSTER_ADMIN }, after: $after) {
      cursor added { id cost } changed { id cost } removed } }`;
    const paths = await subscribe(gateway.url, { query });
    const first = (await paths.until(1))[0].data.attackPathChanged;
    assert.deepEqual(
      first.added.map(({ cost }: { cost: number }) => cost),
      [4],
    );
    const second = await subscribe(gateway.url, { query });
    assert.deepEqual((await second.until(1))[0].data.attackPathChanged, first, 'each begins with the state');

    const delta = c.delta();
    c.step('EXPOSE_LOAD_BALANCER', internet, b, 1);
    c.step('POD_EXEC', b, c.cluster, 5);
    await house.commit(c.cluster, c.delta());
    const more = (await paths.until(2))[1].data.attackPathChanged;
    assert.deepEqual([more.added.map(({ cost }: { cost: number }) => cost), more.changed, more.removed], [[6], [], []]);
    await house.commit(c.cluster, { ...delta, nodes: [], edges: [], removedEdges: [delta.edges.at(-1)?.id as string] });
    const less = (await paths.until(3))[2].data.attackPathChanged;
    assert.deepEqual([less.added, less.removed], [[], [first.added[0].id]]);
    assert.deepEqual((await second.until(3)).slice(1), paths.events.slice(1));

    const since = await subscribe(gateway.url, { query, variables: { after: first.cursor } });
    const difference = (await since.until(1))[0].data.attackPathChanged;
    assert.deepEqual([difference.added, difference.removed], [more.added, less.removed]);
    for (const one of [paths, second, since]) await one.stop();
  });

  test('what cannot be done is said: queries, mistakes, cursors of others and expired ones', {
    timeout: 20_000,
  }, async () => {
    await using closing = new AsyncDisposableStack();
    const house = await openHouse(closing);
    const gateway = await serve(closing, house, { limits: { depth: 5 } });
    const refusal = async (query: string, variables = {}) => {
      const [error] = (await (
        await subscribe(gateway.url, { query, variables })
      ).ended) as { message: string; extensions: { code: string } }[];
      assert.ok(error);
      return [error.extensions.code, error.message] as const;
    };
    assert.match((await refusal('{ version }')).join(), /BAD_USER_INPUT.*HTTP POST/);
    assert.match((await refusal('subscription {')).join(), /GRAPHQL_PARSE_FAILED/);
    assert.match((await refusal('subscription { nothing }')).join(), /GRAPHQL_VALIDATION_FAILED.*nothing/);
    assert.match((await refusal(alertRaised, { changes: 7 })).join(), /BAD_USER_INPUT/);
    assert.match((await refusal(alertRaised, { after: 'x' })).join(), /BAD_USER_INPUT.*cursor/);
    const deep =
      'subscription { alertRaised { alert { cluster { namespaces { nodes { pods { nodes { name } } } } } } } }';
    assert.match((await refusal(deep)).join(), /DEPTH_LIMIT_EXCEEDED/);
    await raise(house, 'one');
    const { cursor } = (await (async () => {
      const s = await subscribe(gateway.url, {
        query: alertRaised,
        variables: { after: Buffer.from('["alerts",[]]').toString('base64url') },
      });
      const [event] = await s.until(1);
      await s.stop();
      return event.data.alertRaised;
    })()) as { cursor: string };
    await raise(house, 'two');
    await house.alerts.prune('default', new Date(Date.now() + 1000));
    const restarted = await serve(closing, house); // the first has the newest entries in memory
    const gone = await subscribe(restarted.url, { query: alertRaised, variables: { after: cursor } });
    const [expired] = (await gone.ended) as { message: string; extensions: { code: string } }[];
    assert.match(`${expired?.extensions.code} ${expired?.message}`, /CURSOR_EXPIRED.*without `after`/);
    assert.match(
      (await refusal(`subscription { graphChanged(after: "${cursor}") { cursor } }`)).join(),
      /BAD_USER_INPUT/,
    );
  });

  test('a WebSocket from a foreign page, to another path, or of another protocol is refused', async () => {
    await using closing = new AsyncDisposableStack();
    const gateway = await serve(closing, await openHouse(closing));
    const outcome = (path: string, options: object, protocol = 'graphql-transport-ws') =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}${path}`, protocol, options);
        socket.once('open', () => resolve('open'));
        socket.once('error', (error) => resolve(error.message));
        socket.once('close', () => resolve('closed'));
        socket.once('open', () => socket.terminate());
      });
    assert.match(await outcome('/graphql', { origin: 'https://evil.example' }), /403/);
    assert.match(await outcome('/graphql', { headers: { host: 'evil.example' } }), /403/);
    assert.match(await outcome('/elsewhere', {}), /404/);
    assert.equal(await outcome('/graphql', { origin: 'http://localhost:3000' }), 'open');
    assert.match(await outcome('/graphql', {}, 'graphql-ws'), /subprotocol/i);
  });

  test('a slow reader is cut off with the cursor to go on from, and goes on without a loss', {
    timeout: 60_000,
  }, async () => {
    await using closing = new AsyncDisposableStack();
    const house = await openHouse(closing);
    const gateway = await serve(closing, house, { limits: { bufferBytes: 64 * 1024 } });
    const query = 'subscription($after: String) { alertRaised(after: $after) { cursor alert { rule output } } }';
    const body = JSON.stringify({ query });
    const { port } = new URL(gateway.url);
    // A client of server-sent events that stops reading.
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    let text = '';
    socket.on('data', (data) => {
      text += String(data);
    });
    while (!text.includes('text/event-stream')) await sleep(10);
    await sleep(200);
    socket.pause();
    const count = 1_500;
    const big = 'x'.repeat(8_000);
    for (let i = 0; i < count; i += 50) {
      const batch = Array.from({ length: 50 }, (_, j) =>
        newAlert({ key: `rule ${i + j}`, rule: `rule ${i + j}`, output: big }),
      );
      await house.alerts.raise('default', 'alpha', batch, new Date().toISOString());
    }
    await sleep(500);
    socket.resume();
    while (!text.includes('event: complete')) await sleep(20);
    socket.destroy();
    const events = [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) => JSON.parse(json as string));
    const [last] = events.splice(-1);
    assert.equal(last.errors[0].extensions.code, 'SLOW_READER');
    assert.ok(events.length > 0 && events.length < count, `${events.length} came before`);
    assert.equal(last.errors[0].extensions.cursor, events.at(-1).data.alertRaised.cursor);
    const rest = await subscribe(gateway.url, { query, variables: { after: last.errors[0].extensions.cursor } });
    await rest.until(count - events.length, 30_000);
    const seen = rules([...events, ...rest.events]);
    assert.deepEqual(
      seen,
      Array.from({ length: count }, (_, i) => `rule ${i}`),
    );
    await rest.stop();
  });
});

/** A client that comes back with its last cursor until it has seen the end. */
async function persistent(url: () => string, until: string): Promise<readonly string[]> {
  const seen: string[] = [];
  let after: string | null = Buffer.from('["alerts",[]]').toString('base64url');
  for (;;) {
    let handed = 0;
    try {
      const one: Subscribed = await Promise.race([
        subscribe(url(), { query: alertRaised, variables: { after } }),
        sleep(1_000).then(() => Promise.reject(new Error('no connection'))),
      ]);
      const over = one.ended.then(() => true);
      for (;;) {
        for (; handed < one.events.length; handed++) {
          const { cursor, alert }: { cursor: string; alert: { rule: string } } = one.events[handed].data.alertRaised;
          after = cursor;
          seen.push(alert.rule);
          if (alert.rule === until) {
            await one.stop();
            return seen;
          }
        }
        if (await Promise.race([over, sleep(20).then(() => false)])) break;
      }
    } catch {
      await sleep(50);
    }
  }
}

test('a gateway restarted under load loses and repeats nothing for a client that goes on', {
  timeout: 90_000,
}, async () => {
  await using closing = new AsyncDisposableStack();
  const house = await openHouse(closing);
  let gateway: Served = await serve(closing, house);
  const { port } = new URL(gateway.url);
  const clients = [0, 1, 2].map(() => persistent(() => gateway.url, 'end'));
  const count = 1_500;
  const writing = (async () => {
    for (let i = 0; i < count; i++) {
      await raise(house, `rule ${i}`);
      await sleep(2);
    }
    await raise(house, 'end');
  })();
  for (let i = 0; i < 3; i++) {
    await sleep(600);
    await gateway.stop();
    gateway = await serve(closing, house, { port: Number(port) });
  }
  await writing;
  const wanted = [...Array.from({ length: count }, (_, i) => `rule ${i}`), 'end'];
  for (const seen of await Promise.all(clients)) assert.deepEqual(seen, wanted);
});

test('Redis killed and started again empty under a running subscription', {
  skip: await redisMissing(),
  timeout: 60_000,
}, async () => {
  await using closing = new AsyncDisposableStack();
  const house = await openHouse(closing);
  const redis = await startRedis();
  closing.defer(() => redis.stop());
  const events = await openRedisLog(redis.url, storeLog(house.store, house.alerts));
  closing.defer(() => events.close());
  const gateway = await serve(closing, house, { events });
  const one = await subscribe(gateway.url, { query: alertRaised });
  await begun(house, one);
  const count = 300;
  for (let i = 0; i < count; i++) {
    await raise(house, `rule ${i}`);
    if (i === 100) await redis.kill();
    if (i === 200) await redis.start();
    await sleep(3);
  }
  await one.until(count, 20_000);
  await sleep(300);
  assert.deepEqual(
    rules(one.events),
    Array.from({ length: count }, (_, i) => `rule ${i}`),
  );
  await one.stop();
});
