import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Alert } from '../../detections/engine/rule.ts';
import { AlertRefused } from '../../detections/export/webhook.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import type { OpenedStore } from '../../graph/store/opened.ts';
import { openSqlite } from '../../graph/store/sqlite/open.ts';
import { newAlert } from '../../test/contract/alerts.ts';
import { memoryLog } from '../../test/gateway/testbed.ts';
import { type SentAlerts, sendAlerts } from './send-alerts.ts';

const tenant = 'default';
const now = (): string => new Date().toISOString();

async function withStore(work: (opened: OpenedStore) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-send-'));
  const opened = await openSqlite(join(folder, 'portolan.db'));
  try {
    await work(opened);
  } finally {
    await opened.close();
    await rm(folder, { recursive: true });
  }
}

/** A place that takes alerts unless it is down. */
function place() {
  const taken: Alert[] = [];
  const self = {
    taken,
    isDown: false,
    /** The rule of alerts that it refuses, and how often it did. */
    refuses: '',
    refused: 0,
    put: async (alert: Alert): Promise<void> => {
      if (self.isDown) throw new Error('down');
      if (alert.rule === self.refuses) {
        self.refused++;
        throw new AlertRefused('it answered 400');
      }
      taken.push(alert);
    },
    async has(...rules: readonly string[]): Promise<void> {
      for (const limit = Date.now() + 10_000; taken.length < rules.length && Date.now() < limit; ) await sleep(10);
      assert.deepEqual(
        taken.map(({ rule }) => rule),
        rules,
      );
    },
  };
  return self;
}

function sending(
  opened: OpenedStore,
  put: (alert: Alert) => Promise<void>,
  sent: SentAlerts = { taken: 0, skipped: 0 },
  logger = pino({ level: 'silent' }),
) {
  const stop = new AbortController();
  const backoffMs = [10, 50] as const;
  const options = { ...opened, tenant, place: 'https://siem.example/', put, logger, sent, backoffMs };
  const ended = sendAlerts(options, stop.signal);
  return async (): Promise<void> => {
    stop.abort();
    await ended;
  };
}

const raise = ({ alerts }: OpenedStore, rule: string) =>
  alerts.raise(tenant, 'alpha', [newAlert({ key: rule, rule })], now());

/** Waits until somebody has noted where he begins. */
async function begun({ records }: OpenedStore, place: string): Promise<void> {
  for (const limit = Date.now() + 10_000; Date.now() < limit; await sleep(10)) {
    const lease = await records.lease({ tenant, cluster: place });
    if (lease !== null && (await records.value(tenant, place)) !== null) return;
  }
}

const name = 'alerts to 061ba2be87e3b79b';

test('alerts are sent from the first start on, each once, over outages and restarts', () =>
  withStore(async (opened) => {
    await raise(opened, 'before');
    const receiver = place();
    let stop = sending(opened, receiver.put);
    await begun(opened, name);
    await raise(opened, 'one');
    await raise(opened, 'one');
    await receiver.has('one', 'one');
    assert.equal(receiver.taken[1]?.fields['portolan.alert.count'], 2);

    receiver.isDown = true;
    await raise(opened, 'two');
    await sleep(100);
    receiver.isDown = false;
    await receiver.has('one', 'one', 'two');
    await stop();
    await raise(opened, 'three');
    stop = sending(opened, receiver.put);
    await receiver.has('one', 'one', 'two', 'three');
    await stop();
  }));

test('an alert that is refused for what it is holds up those after it for a while only, and is told of', () =>
  withStore(async (opened) => {
    const receiver = place();
    receiver.refuses = 'bad';
    const sent = { taken: 0, skipped: 0 };
    const { lines, logger } = memoryLog();
    const stop = sending(opened, receiver.put, sent, logger);
    await begun(opened, name);
    const [bad] = await raise(opened, 'bad');
    await raise(opened, 'one');
    // Another cluster's may come between its tries.
    await opened.alerts.raise(tenant, 'beta', [newAlert({ key: 'other', rule: 'other' })], now());
    for (const limit = Date.now() + 10_000; sent.taken < 2 && Date.now() < limit; ) await sleep(10);
    await stop();
    assert.deepEqual(receiver.taken.map(({ rule }) => rule).sort(), ['one', 'other']);
    assert.deepEqual({ ...sent, refused: receiver.refused }, { taken: 2, skipped: 1, refused: 3 });
    const told = lines.filter((line) => line.includes('going on without it'));
    assert.equal(told.length, 1);
    assert.ok(told[0]?.includes(String(bad?.alert.id)));

    const again = sending(opened, receiver.put, sent);
    await raise(opened, 'two');
    for (const limit = Date.now() + 10_000; sent.taken < 3 && Date.now() < limit; ) await sleep(10);
    await again();
    assert.equal(receiver.refused, 3, 'it is passed over after a restart, too');
  }));

test('what people do to alerts is not sent, nor what is suppressed', () =>
  withStore(async (opened) => {
    const receiver = place();
    const stop = sending(opened, receiver.put);
    await begun(opened, name);
    const act = { who: 'ada', at: now(), note: null };
    const scope = wholeTenant(tenant);
    const [raised] = await raise(opened, 'one');
    await opened.alerts.change(scope, raised?.alert.id as string, 'RESOLVED', act);
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const quiet = { cluster: null, namespace: null, rule: 'quiet', fields: [], expiresAt, reason: 'a drill' };
    await opened.alerts.suppress(scope, quiet, act);
    await raise(opened, 'quiet');
    await raise(opened, 'two');
    await receiver.has('one', 'two');
    await stop();
  }));

test('of two processes one sends, and what was dropped meanwhile is passed over', () =>
  withStore(async (opened) => {
    const receiver = place();
    const stops = [sending(opened, receiver.put), sending(opened, receiver.put)];
    await begun(opened, name);
    await raise(opened, 'one');
    await receiver.has('one');
    await sleep(100);
    await receiver.has('one');
    for (const stop of stops) await stop();

    await raise(opened, 'lost');
    await opened.alerts.prune(tenant, new Date(Date.now() + 1_000));
    await raise(opened, 'two');
    const stop = sending(opened, receiver.put);
    await receiver.has('one', 'two');
    await stop();
  }));
