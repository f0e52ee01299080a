/**
 * How long an alert takes from being raised until its frame is with a subscriber, and whether many subscribers get all of
 * them: gateway and clients in two processes that share the machine.
 *
 *   scripts/node bench/subscriptions.ts [--seconds 10]
 */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { startGateway } from '../gateway/start.ts';
import { openPathEngine } from '../graph/paths/engine.ts';
import { alertDesk } from '../graph/records/alerts/desk.ts';
import { openSqlite } from '../graph/store/sqlite/open.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } });
const seconds = Number(values.seconds);

if (process.send) await clients();
else await server();

interface Scenario {
  readonly name: string;
  readonly rate: number;
  readonly subscribers: number;
  /** How many of them ask for different things. */
  readonly distinct: number;
  readonly warmUp: number;
}

interface Counted {
  readonly received: number;
  readonly delays: readonly number[];
}

async function server(): Promise<void> {
  const scenarios: readonly Scenario[] = [
    { name: '1 subscriber', rate: 500, subscribers: 1, distinct: 1, warmUp: 500 },
    { name: '1,000 subscribers in 20 groups', rate: 20, subscribers: 1_000, distinct: 20, warmUp: 40 },
    { name: '1,000 distinct subscribers', rate: 1, subscribers: 1_000, distinct: 1_000, warmUp: 3 },
  ];
  for (const scenario of scenarios) await measure(scenario);
}

async function measure({ name, rate, subscribers, distinct, warmUp }: Scenario): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const { store, records, alerts, close } = await openSqlite(join(folder, 'graph.db'));
  const engine = await openPathEngine(store, 'default');
  const gateway = await startGateway({
    store,
    records,
    alerts,
    paths: async () => engine,
    port: 0,
    logger: pino({ level: 'silent' }),
  });
  const child = fork(import.meta.filename, ['--seconds', String(seconds)]);
  const answer = <T>(): Promise<T> =>
    new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
  const ready = answer();
  child.send({ url: gateway.url, subscribers, distinct });
  await ready;
  await sleep(500);
  const desk = alertDesk({ store, alerts }, 'default');
  const raise = (number: number, measured: boolean) =>
    desk.raise({
      cluster: 'bench',
      namespace: 'shop',
      rule: 'Terminal shell in container',
      severity: 'HIGH',
      techniques: ['T1609'],
      time: new Date().toISOString(),
      output: `A shell was spawned in a container with an attached terminal (number ${number})`,
      fields: {
        sent: measured ? performance.timeOrigin + performance.now() : 0,
        'proc.name': 'bash',
        'container.id': 'f00d',
      },
      subjects: [{ kind: 'Pod', uid: `pod-${number}` }],
    });
  const run = async (count: number, measured: boolean): Promise<void> => {
    const started = performance.now();
    for (let i = 0; i < count; i++) {
      await sleep(Math.max(0, started + (i * 1_000) / rate - performance.now()));
      void raise(measured ? i + warmUp : i, measured);
    }
  };
  await run(warmUp, false);
  await sleep(500);
  const cpu = process.cpuUsage();
  const count = rate * seconds;
  await run(count, true);
  await sleep(1_500);
  const used = process.cpuUsage(cpu);
  const counting = answer<Counted>();
  child.send('stop');
  const { received, delays } = await counting;
  const sorted = delays.toSorted((a, b) => a - b);
  const quantile = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1);
  const lost = count * subscribers - received;
  console.log(
    `${name}, ${rate} alerts/s for ${seconds} s: ${received} frames, ${lost} lost; from raise to frame p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, max ${quantile(1)} ms; gateway ${(((used.user + used.system) / 1e6 / seconds) * 100).toFixed(0)} % of a core`,
  );
  await gateway.stop();
  await engine.close();
  await close();
  await rm(folder, { recursive: true });
}

/** Subscribes as often as it is told, and counts. Each subscriber has a connection of its own. */
async function clients(): Promise<void> {
  const delays: number[] = [];
  let received = 0;
  process.on('message', async (order: 'stop' | { url: string; subscribers: number; distinct: number }) => {
    if (order === 'stop') {
      process.send?.({ received, delays }, () => process.exit(0));
      return;
    }
    const { url, subscribers, distinct } = order;
    for (let start = 0; start < subscribers; start += 50) {
      await Promise.all(
        Array.from({ length: Math.min(50, subscribers - start) }, (_, i) => open(url, (start + i) % distinct)),
      );
    }
    process.send?.('ready');
  });

  function open(url: string, number: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      socket.once('error', reject);
      socket.once('open', () => socket.send('{"type":"connection_init"}'));
      socket.on('message', (data) => {
        const text = String(data);
        if (text.includes('"type":"connection_ack"')) {
          const query = `subscription { alertRaised(filter: { namespaces: ["shop", "other-${number}"] }) { cursor change alert { id rule severity output count fields { name value } subjects { id } } } }`;
          socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
          resolve();
          return;
        }
        const sent = Number(/"name":"sent","value":"([\d.]+)"/.exec(text)?.[1] ?? 0);
        if (sent === 0) return;
        received++;
        delays.push(performance.timeOrigin + performance.now() - sent);
      });
    });
  }
}
