// docs/protocol/sensor.md, sections 4 and 5, with real processes, files and TLS.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RecordClass, recordClasses } from '../../sensor/publish/record.ts';
import { SpoolWriter } from '../../sensor/publish/spool/spool-writer.ts';
import { root } from '../runner/files.ts';
import { createAuthority, issueClient, issueServer } from '../testbed/certificates.ts';
import { temporaryFolder } from '../testbed/temporary.ts';
import { metricsOf } from './metrics.ts';
import { type Receiver, receiver } from './receiver.ts';

const authority = createAuthority();
const identity = issueServer(authority, { commonName: 'gateway' }, ['127.0.0.1']);
const server = { cert: identity.certificate, key: identity.key };
const running = new Set<ChildProcess>();
const receivers = new Set<Receiver>();
after(async () => {
  for (const child of running) child.kill('SIGKILL');
  for (const one of receivers) await one.stop();
});

interface Bench {
  readonly folder: string;
  readonly gateway: Receiver;
  readonly spool: SpoolWriter;
  /** Writes so many records, a page each hundred, and returns their texts. */
  write(recordClass: RecordClass, count: number): void;
  publisher(...more: readonly string[]): Publisher;
}

interface Publisher {
  readonly errors: () => string;
  metrics(name: string): Promise<Readonly<Record<string, number>>>;
  kill(): Promise<void>;
}

async function bench(limitBytes = 8 << 20, tls: object = {}): Promise<Bench> {
  const home = temporaryFolder();
  const folder = join(home, 'spool');
  const gateway = receiver({ ...server, ...tls });
  receivers.add(gateway);
  await gateway.start();
  const spool = new SpoolWriter({ folder, limitBytes });
  writeFileSync(join(home, 'ca.pem'), authority.certificate);
  writeFileSync(join(home, 'token'), 'the-first-token\n');
  const written = new Map<RecordClass, number>();
  return {
    folder,
    gateway,
    spool,
    write(recordClass, count) {
      for (let left = count; left > 0; left -= 100) {
        const from = written.get(recordClass) ?? 0;
        const size = Math.min(left, 100);
        const lines = Array.from({ length: size }, (_, index) => `${recordText(recordClass, from + index + 1)}\n`);
        spool.append(recordClass, Buffer.from(lines.join('')), size);
        written.set(recordClass, from + size);
      }
    },
    publisher(...more) {
      const socket = join(home, 'metrics.sock');
      const args = ['sensor', '--spool', folder, '--publish', `https://127.0.0.1:${gateway.port}`];
      const credentials = more.includes('--cert-file') ? [] : ['--token-file', join(home, 'token')];
      const child = spawn(
        join(root, 'portolan'),
        [...args, '--ca-file', join(home, 'ca.pem'), '--metrics', `unix:${socket}`, ...credentials, ...more],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      );
      running.add(child);
      let errors = '';
      child.stderr.on('data', (chunk: Buffer) => {
        errors += chunk;
      });
      return {
        errors: () => errors,
        metrics: (name) => metricsOf(socket, name),
        async kill() {
          const ended = once(child, 'close');
          child.kill('SIGKILL');
          await ended;
          running.delete(child);
        },
      };
    },
  };
}

function recordText(recordClass: RecordClass, number: number): string {
  return JSON.stringify({ class: recordClass, number, filler: 'x'.repeat(200) });
}

async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const limit = Date.now() + 20_000; Date.now() < limit; await sleep(25)) if (await holds()) return;
  assert.fail(`not within 20 s: ${what}`);
}

function numbersOf({ taken }: Receiver, recordClass: RecordClass): readonly number[] {
  return taken.filter((record) => record.class === recordClass).map(({ number }) => number);
}

/** Each record once, in order, and as it was written. */
function assertWhole(gateway: Receiver, recordClass: RecordClass, count: number): void {
  assert.deepEqual(
    numbersOf(gateway, recordClass),
    Array.from({ length: count }, (_, index) => index + 1),
  );
  for (const record of gateway.taken) assert.equal(record.text, recordText(record.class, record.number));
}

test('the gateway goes away and comes back: everything arrives once and in order', async () => {
  const { gateway, write, publisher } = await bench();
  const { errors, metrics, kill } = publisher();
  write('process', 300);
  write('alert', 50);
  await eventually('the first records', () => gateway.taken.length === 350);
  await gateway.stop();
  write('process', 500);
  write('event', 700);
  await eventually('trouble', () => errors().includes('cannot publish'));
  write('process', 200);
  await sleep(1_500);
  await gateway.start();
  await eventually('the rest', () => gateway.taken.length === 350 + 1_400);
  assertWhole(gateway, 'process', 1_000);
  assertWhole(gateway, 'alert', 50);
  assertWhole(gateway, 'event', 700);
  assert.match(errors(), /publishing again/);
  await eventually(
    'the count',
    async () => (await metrics('portolan_publisher_records_delivered_total')).process === 1_000,
  );
  assert.deepEqual(Object.values(await metrics('portolan_publisher_records_missing_total')), [0, 0, 0, 0, 0]);
  await kill();
});

test('the connection breaks in the middle of a batch, or before its answer: nothing comes twice', async () => {
  const { gateway, write, publisher } = await bench();
  gateway.mischief.push('cut before', 'cut after taking', { status: 500 });
  const { kill } = publisher();
  for (let round = 1; round <= 3; round++) {
    write('alert', 20);
    await eventually('the round', () => gateway.taken.length === 20 * round);
  }
  assert.deepEqual(gateway.mischief, []);
  assertWhole(gateway, 'alert', 60);
  await kill();
});

test('the publisher is killed again and again: everything arrives once and in order', async () => {
  const { gateway, write, publisher, folder } = await bench();
  for (let round = 0; round < 6; round++) {
    write('process', 400);
    write('alert', 100);
    if (round % 2 === 0) gateway.mischief.push('cut after taking');
    const before = gateway.requests;
    const { kill } = publisher();
    await eventually('a request', () => gateway.requests > before);
    await sleep(40 * round);
    await kill();
  }
  const { kill } = publisher();
  await eventually('the rest', () => gateway.taken.length >= 3_000);
  assertWhole(gateway, 'process', 2_400);
  assertWhole(gateway, 'alert', 600);
  assert.deepEqual(gateway.missing, { process: 0, alert: 0 });
  await kill();
  assert.ok(readdirSync(folder).filter((name) => name.endsWith('.spool')).length <= 2 * recordClasses.length);
});

test('the token is rotated', async () => {
  const { gateway, write, publisher, folder } = await bench();
  gateway.token = 'the-second-token';
  const { errors, kill } = publisher();
  write('alert', 10);
  await eventually('a refusal', () => gateway.tokens.length > 0 && /\b401\b/.test(errors()));
  assert.equal(gateway.taken.length, 0);
  writeFileSync(join(folder, '../token'), 'the-second-token\n');
  await eventually('the records', () => gateway.taken.length === 10);
  assert.deepEqual(new Set(gateway.tokens), new Set(['Bearer the-first-token', 'Bearer the-second-token']));
  await kill();
});

test('a client certificate in place of a token', async () => {
  const tls = { ca: authority.certificate, requestCert: true, rejectUnauthorized: true };
  const { gateway, write, publisher, folder } = await bench(8 << 20, tls);
  const client = issueClient(authority, { commonName: 'node-7' });
  const [cert, key] = [join(folder, '../client.pem'), join(folder, '../client.key')];
  writeFileSync(cert, client.certificate);
  writeFileSync(key, client.key, { mode: 0o600 });
  const { kill } = publisher('--cert-file', cert, '--key-file', key);
  write('alert', 10);
  await eventually('the records', () => gateway.taken.length === 10);
  assert.deepEqual([gateway.subjects[0], gateway.tokens[0]], ['node-7', undefined]);
  await kill();
});

test('a full spool sheds raw events first, keeps alerts, and the receiver knows how many it misses', async () => {
  const { gateway, write, publisher, spool } = await bench(1 << 20);
  write('event', 2_000);
  write('connection', 500);
  write('process', 1_000);
  write('alert', 500);
  write('process', 2_000);
  write('event', 1_000);
  assert.ok(spool.bytes <= 1 << 20, `${spool.bytes} bytes`);
  const { kill } = publisher();
  write('gap', 1);
  await eventually('the gap', () => numbersOf(gateway, 'gap').length === 1);
  // Only a later record tells of what is missing before it.
  for (const recordClass of recordClasses) write(recordClass, 1);
  await eventually('the last', () => numbersOf(gateway, 'event').at(-1) === 3_001);
  const counts = { gap: 2, alert: 501, process: 3_001, connection: 501, event: 3_001 };
  for (const recordClass of recordClasses) {
    const numbers = numbersOf(gateway, recordClass);
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
      `${recordClass} in order, once`,
    );
    assert.equal(numbers.length + (gateway.missing[recordClass] ?? 0), counts[recordClass], recordClass);
  }
  assert.equal(gateway.missing.alert, 0);
  assert.equal(gateway.missing.gap, 0);
  assert.ok((gateway.missing.event ?? 0) > 2_000, `${gateway.missing.event} raw events gave way`);
  await kill();
});

test('damage in a segment costs its page, is counted, and the rest goes on', async () => {
  const { gateway, write, publisher, folder } = await bench();
  write('process', 500);
  write('alert', 100);
  const path = join(folder, 'process-0000000000000001.spool');
  const bytes = readFileSync(path);
  const pageBytes = bytes.length / 5;
  bytes[Math.round(pageBytes * 1.5)] = (bytes[Math.round(pageBytes * 1.5)] as number) ^ 1; // within the payload of the second
  bytes.fill(0, Math.round(pageBytes * 2.2), Math.round(pageBytes * 3.5)); // the head of the fourth, and of its neighbours
  writeFileSync(path, bytes);
  const { metrics, kill } = publisher();
  await eventually('the last', () => numbersOf(gateway, 'process').at(-1) === 500);
  const numbers = numbersOf(gateway, 'process');
  assert.deepEqual(
    numbers,
    Array.from({ length: 100 }, (_, index) => index + 1).concat(Array.from({ length: 100 }, (_, index) => index + 401)),
  );
  assert.equal(gateway.missing.process, 300);
  assertWhole(gateway, 'alert', 100);
  await eventually('the count', async () => (await metrics('portolan_publisher_spool_damage_total')).pages === 2);
  assert.ok(((await metrics('portolan_publisher_spool_damage_total')).bytes ?? 0) > 0);
  await kill();
});

test('each refusal has its consequence', async () => {
  const { gateway, write, publisher } = await bench();
  const { errors, kill } = publisher();
  gateway.mischief.push({ status: 415 });
  write('alert', 10);
  await eventually('gzip', () => gateway.taken.length === 10);
  assert.deepEqual(gateway.encodings, ['zstd', 'gzip']);

  gateway.mischief.push({ status: 400 });
  write('alert', 10);
  await eventually('the refusal', () => errors().includes('400'));
  write('alert', 10);
  await eventually('the next', () => gateway.taken.length === 20);
  assert.equal(gateway.missing.alert, 10);

  gateway.mischief.push({ status: 413 });
  write('process', 1_000);
  await eventually('the halves', () => numbersOf(gateway, 'process').length === 1_000);
  assert.equal(gateway.missing.process, 0);

  const [at, before] = [Date.now(), gateway.requests];
  gateway.mischief.push({ status: 503, headers: { 'retry-after': '2' } });
  write('alert', 10);
  await eventually('the last', () => gateway.taken.length === 1_030);
  assert.ok(Date.now() - at >= 2_000, 'waits as long as it was told');
  assert.equal(gateway.requests - before, 2);

  gateway.mischief.push({ status: 409 });
  write('alert', 10);
  await eventually('under a new identity', () => gateway.taken.length === 1_040);
  await kill();
});
