import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Running, up } from './portolan.ts';

const folder = mkdtempSync(join(tmpdir(), 'portolan-alerts-to-'));
const secret = 'between-us';
let running: Running | undefined;

interface Finding {
  readonly class_uid: number;
  readonly finding_info: { readonly title: string };
}

/** A receiver that answers 503 for the first of each and keeps what it took over. */
const known = new Set<string>();
const taken: Finding[] = [];
const receiver = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const [, seconds, signed] = /^t=(\d+),v1=(\w+)$/.exec(String(request.headers['x-portolan-signature'])) ?? [];
  const isOurs = signed === createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  const id = String(request.headers['x-portolan-id']);
  const isNew = !known.has(id);
  known.add(id);
  if (!isOurs) response.writeHead(401).end();
  else if (isNew) response.writeHead(503, { 'retry-after': '0' }).end();
  else {
    taken.push(JSON.parse(body));
    response.writeHead(204).end();
  }
});
after(async () => {
  await running?.stop();
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

async function raise(rule: string): Promise<void> {
  const event = { rule, priority: 'Error', output: rule, time: new Date().toISOString(), output_fields: {} };
  const headers = { 'content-type': 'application/json' };
  const options = { method: 'POST', headers, body: JSON.stringify(event) };
  assert.equal((await fetch(`${running?.url}/falco/v1/clusters/prod`, options)).status, 200);
}

async function come(...rules: readonly string[]): Promise<void> {
  for (const limit = Date.now() + 20_000; taken.length < rules.length && Date.now() < limit; ) await sleep(50);
  assert.deepEqual(
    taken.map(({ class_uid, finding_info }) => [class_uid, finding_info.title]),
    rules.map((rule) => [2004, rule]),
    running?.output().err,
  );
}

test('portolan up sends alerts to a webhook as they are raised, signed, and goes on after it was killed', async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as { port: number };
  writeFileSync(join(folder, 'prod.yaml'), '{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }');
  const start = () =>
    up(['--cluster', 'prod', '--format', 'ocsf', '--alerts-to', `http://127.0.0.1:${port}/`, 'prod.yaml'], folder, {
      PORTOLAN_OUTPUT_SECRET: secret,
    });
  running = await start();
  await raise('first');
  await raise('second');
  await come('first', 'second');
  await sleep(1_200); // how far it has come is recorded once a second
  await raise('third');
  await come('first', 'second', 'third');
  await sleep(300);
  await running.kill();
  running = await start();
  await raise('fourth');
  await come('first', 'second', 'third', 'fourth');
  assert.equal(await running.stop(), 0);
  running = undefined;
});
