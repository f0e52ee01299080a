/**
 * Records the audit events of a busy cluster on the testbed, under the policy of deploy/audit, and runs all detections over
 * them: nothing of everyday operations may be MEDIUM or worse.
 *
 *   scripts/node bench/quiet.ts [--events 100000] [--seconds 170] [--sample FILE.gz]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { AuditEvent, AuditRecord } from '../collectors/audit/event.ts';
import { followLog } from '../collectors/audit/follow-log.ts';
import { judge } from '../test/audit/judge.ts';
import { allParts, type KubernetesTestbed, startKubernetes } from '../test/testbed/kubernetes.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '170' },
    sample: { type: 'string' },
  },
});
const wanted = Number(values.events);
const until = Date.now() + Number(values.seconds) * 1_000;
const namespaces = ['shop', 'payments', 'search', 'mail'];
const merge = { contentType: 'application/merge-patch+json' };

function deployment(name: string, replicas: number) {
  const labels = { app: name };
  const containers = [{ name: 'main', image: `example.com/${name}:1`, resources: { requests: { cpu: '10m' } } }];
  return {
    metadata: { name },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

async function populate({ request }: KubernetesTestbed): Promise<void> {
  for (let node = 1; node <= 20; node++) {
    const capacity = { cpu: '64', memory: '256Gi', pods: '500' };
    const metadata = { name: `worker-${node}` };
    await request('POST', '/api/v1/nodes', { metadata, status: { capacity, allocatable: capacity } });
  }
  for (const namespace of namespaces) {
    await request('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    for (let n = 0; n < 8; n++) {
      const name = `app-${n}`;
      const at = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      while ((await request('POST', at, deployment(name, 6))).status !== 201) await sleep(100);
      const ports = [{ port: 80 }];
      await request('POST', `/api/v1/namespaces/${namespace}/services`, {
        metadata: { name },
        spec: { selector: { app: name }, ports },
      });
      await request('POST', `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name }, data: { a: '1' } });
    }
  }
}

/** Somebody deploys, again and again. */
async function rollOut({ request }: KubernetesTestbed, namespace: string): Promise<void> {
  for (let round = 2; Date.now() < until && !enough(); round++) {
    for (let n = 0; n < 8; n++) {
      const name = `app-${n}`;
      const at = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      const containers = [{ name: 'main', image: `example.com/${name}:${round}` }];
      await request('PATCH', at, { spec: { replicas: 6 + (round % 5), template: { spec: { containers } } } }, merge);
      await request(
        'PATCH',
        `/api/v1/namespaces/${namespace}/configmaps/${name}`,
        { data: { a: String(round) } },
        merge,
      );
      await sleep(150);
    }
  }
}

/** An administrator looks around. */
async function look({ kubectl, request }: KubernetesTestbed): Promise<void> {
  const reads = [
    'get pods -A',
    'get nodes -o wide',
    'describe deployment app-1 -n shop',
    'get events -A',
    'get svc -A',
    'auth can-i get pods',
  ];
  for (let n = 0; Date.now() < until && !enough(); n++) {
    await kubectl((reads[n % reads.length] as string).split(' ')).catch(() => undefined);
    const namespace = namespaces[n % namespaces.length] as string;
    for (let i = 0; i < 20; i++) await request('GET', `/api/v1/namespaces/${namespace}/pods?limit=500`);
    await request('GET', `/api/v1/namespaces/${namespace}/configmaps/app-1`);
  }
}

let seen = 0;
const enough = (): boolean => seen >= wanted;
const sample: AuditRecord[] = [];
const policy = join(import.meta.dirname, '../deploy/audit/policy.yaml');
const kubernetes = await startKubernetes({ parts: allParts, auditPolicy: policy });
try {
  const stop = new AbortController();
  const source = { provider: 'selfmanaged', route: 'file', cluster: null } as const;
  async function* recording(): AsyncGenerator<readonly AuditEvent[]> {
    for await (const { events } of followLog(kubernetes.auditLog, { source, after: null }, stop.signal)) {
      for (const [at, { record }] of events.entries())
        if ((seen + at) % Math.ceil(wanted / 4_000) === 0) sample.push(record);
      seen += events.length;
      yield events;
    }
  }
  const judged = judge(recording());
  await populate(kubernetes);
  await Promise.all([
    ...namespaces.map((namespace) => rollOut(kubernetes, namespace)),
    look(kubernetes),
    look(kubernetes),
  ]);
  stop.abort();
  const { events, alerts, troubles } = await judged;
  const counts = new Map<string, number>();
  for (const { severity, rule } of alerts)
    counts.set(`${severity} ${rule}`, (counts.get(`${severity} ${rule}`) ?? 0) + 1);
  console.log(`${events} events, ${alerts.length} alerts, ${troubles.length} troubles`);
  for (const [what, count] of counts) console.log(`  ${count} ${what}`);
  for (const { severity, output } of alerts
    .filter((alert) => !['LOW', 'INFORMATIONAL'].includes(alert.severity))
    .slice(0, 10))
    console.log(`  ${severity}: ${output.slice(0, 300)}`);
  if (values.sample !== undefined) {
    const packed = gzipSync(sample.map((record) => `${JSON.stringify(record)}\n`).join(''), { level: 9 });
    mkdirSync(dirname(values.sample), { recursive: true });
    writeFileSync(values.sample, packed);
    console.log(`${sample.length} events in ${values.sample}: ${packed.length} bytes`);
  }
} finally {
  await kubernetes.stop();
}
