import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { EventEntry } from '../../events/port.ts';
import { openRedisLog, type RedisLogOptions } from '../../events/redis/log.ts';
import { storeLog } from '../../events/store-log.ts';
import { openSqlite } from '../../graph/store/sqlite/open.ts';
import { random } from '../property/random.ts';
import { type RedisTestbed, redisMissing, startRedis } from '../testbed/redis.ts';
import { committer, eventLogContract, type OpenedLog, sameByCluster, take } from './contract.ts';

describe('on a real Redis', { skip: await redisMissing() }, () => {
  let redis: RedisTestbed;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  const open = async (options: RedisLogOptions = {}): Promise<OpenedLog> => {
    const folder = await mkdtemp(join(tmpdir(), 'portolan-events-'));
    const opened = await openSqlite(join(folder, 'portolan.db'));
    const log = await openRedisLog(redis.url, storeLog(opened.store, opened.alerts), options);
    return {
      ...opened,
      log,
      copies: true,
      async close() {
        await log.close();
        await opened.close();
        await rm(folder, { recursive: true });
      },
    };
  };
  eventLogContract('Redis Streams', open);

  test('two processes fill and read one Redis, and nothing is lost or repeated', async () => {
    const opened = await open();
    const second = await openRedisLog(redis.url, storeLog(opened.store, opened.alerts));
    try {
      const commits = committer(opened);
      const channel = { tenant: commits.tenant, topic: 'alerts' } as const;
      const count = 300;
      const reading = [opened.log, second].map((log) => take(log, channel, {}, count, 20_000));
      for (let i = 0; i < count; i++) await commits.alerts(['alpha', 'beta'][i % 2] as string, [`key ${i}`]);
      for (const found of await Promise.all(reading)) sameByCluster(found, commits.expected.alerts);
    } finally {
      await second.close();
      await opened.close();
    }
  });

  test('killed and started again empty, under a reader and a writer: nothing is lost or repeated', async () => {
    const troubles: unknown[] = [];
    const opened = await open({ onTrouble: (error) => troubles.push(error) });
    try {
      const draw = random(11);
      const commits = committer(opened);
      const channel = { tenant: commits.tenant, topic: 'alerts' } as const;
      const reading = take(opened.log, channel, {}, 400, 40_000);
      reading.catch(() => undefined);
      for (let i = 0; i < 400; i++) {
        await commits.alerts(draw.pick(['alpha', 'beta', 'gamma']), [`key ${i}`]);
        if (i === 100 || i === 250) {
          await redis.kill();
          void sleep(400).then(() => redis.start());
        }
        await sleep(5);
      }
      sameByCluster(await reading, commits.expected.alerts);
      assert.ok(troubles.length > 0, 'it told of the trouble');
      // Who comes with an old position finds what came before the loss, too.
      const from = { alpha: commits.expected.alerts.find(({ cluster }) => cluster === 'alpha')?.position as never };
      await take(opened.log, channel, from, 399);
    } finally {
      await opened.close();
    }
  });

  test('who follows goes on while Redis is away, and while it does not answer', { timeout: 60_000 }, async () => {
    const opened = await open();
    const asking = new Redis(redis.url, { lazyConnect: true });
    asking.on('error', () => undefined);
    try {
      const commits = committer(opened);
      const channel = { tenant: commits.tenant, topic: 'alerts' } as const;
      const found: EventEntry[] = [];
      const stop = new AbortController();
      const reading = (async () => {
        for await (const entry of opened.log.follow(channel, {}, stop.signal)) found.push(entry);
      })();
      const tellsOf = async (keys: readonly string[]): Promise<void> => {
        for (const key of keys) await commits.alerts('alpha', [key]);
        const wanted = commits.expected.alerts.length;
        for (const limit = Date.now() + 10_000; found.length < wanted && Date.now() < limit; ) await sleep(20);
        sameByCluster(found, commits.expected.alerts);
      };
      await tellsOf(['before']);
      await redis.kill();
      await tellsOf(['away', 'still away']);
      await redis.start();
      await tellsOf(['back']);
      await sleep(1_500); // connections try again once a second
      await asking.connect();
      await asking.client('PAUSE', 3_000);
      await tellsOf(['dumb', 'still dumb']);
      await redis.kill();
      await tellsOf(['away again']);
      stop.abort();
      await reading;
    } finally {
      asking.disconnect();
      await opened.close(); // which waits for no Redis
      await redis.start();
    }
  });

  test('it keeps about as much as it is told, and says what it has dropped', async () => {
    const opened = await open({ most: 100 });
    try {
      const commits = committer(opened);
      const channel = { tenant: commits.tenant, topic: 'alerts' } as const;
      const reading = take(opened.log, channel, {}, 500, 20_000);
      for (let i = 0; i < 500; i++) await commits.alerts('alpha', [`key ${i}`]);
      await reading.catch(() => undefined);
      await assert.rejects(take(opened.log, channel, { alpha: { version: 1, sequence: 0 } }, 1), {
        code: 'CURSOR_EXPIRED',
      });
      const late = commits.expected.alerts.at(-50);
      assert.ok(late);
      sameByCluster(await take(opened.log, channel, { alpha: late.position }, 49), commits.expected.alerts.slice(-49));
    } finally {
      await opened.close();
    }
  });
});
