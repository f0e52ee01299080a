import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type Running, up } from '../e2e/portolan.ts';
import { subscribe } from '../gateway/subscribe.ts';
import { type RedisTestbed, redisMissing, startRedis } from '../testbed/redis.ts';

const skip = await redisMissing();
const folder = mkdtempSync(join(tmpdir(), 'portolan-up-redis-'));
let redis: RedisTestbed;
let running: Running | undefined;

before(async () => {
  if (skip !== false) return;
  redis = await startRedis();
  const cluster = '{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }';
  writeFileSync(join(folder, 'prod.yaml'), cluster);
  running = await up(['--cluster', 'prod', 'prod.yaml'], folder, { PORTOLAN_REDIS: redis.url });
});
after(async () => {
  await running?.stop();
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function raise(rule: string): Promise<void> {
  const time = new Date().toISOString();
  const response = await fetch(`${running?.url}/falco/v1/clusters/prod`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rule, priority: 'Error', output: rule, time, output_fields: {} }),
  });
  assert.equal(response.status, 200, await response.text());
}

test('portolan up with PORTOLAN_REDIS: alerts come by way of it, and by the store while it is away', {
  skip,
}, async () => {
  assert.ok(running);
  const query = 'subscription { alertRaised { alert { rule } } }';
  const subscribed = await subscribe(running.url, { query });
  await sleep(500); // a subscription that has no cursor begins at some time after it was asked for
  await raise('first');
  const [first] = await subscribed.until(1, 20_000);
  assert.equal(first.data.alertRaised.alert.rule, 'first');

  const client = new Redis(redis.url);
  const keys = await client.keys('*');
  client.disconnect();
  assert.ok(keys.length > 0, 'it went through Redis');

  await redis.kill();
  await raise('while it is away');
  await subscribed.until(2, 20_000);
  const { status } = await fetch(`${running.url}/readyz`);
  assert.equal(status, 200, 'all that a gateway does it does without Redis');
  await redis.start();
  await raise('afterwards');
  const events = await subscribed.until(3, 20_000);
  assert.deepEqual(
    events.map(({ data }) => data.alertRaised.alert.rule),
    ['first', 'while it is away', 'afterwards'],
  );
  await subscribed.stop();
});
