import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { execIntoAPod } from '../../detections/rules/exec-into-a-pod.ts';
import { motoMissing, startMoto } from '../testbed/moto.ts';
import { portolan, up } from './portolan.ts';

const skip = await motoMissing();
const folder = mkdtempSync(join(tmpdir(), 'portolan-eks-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('portolan up reads the audit log of an EKS cluster, stops, and goes on where it was', { skip }, async (t) => {
  const moto = await startMoto();
  t.after(() => moto.stop());
  const region = 'eu-central-1';
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new CloudWatchLogsClient({ region, endpoint: moto.url, credentials });
  t.after(() => client.destroy());
  const [logGroupName, logStreamName] = ['/aws/eks/shop/cluster', 'kube-apiserver-audit-one'];
  await client.send(new CreateLogGroupCommand({ logGroupName }));
  await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const put = (id: string) => {
    const message = JSON.stringify({ ...execIntoAPod.fires, auditID: id });
    const logEvents = [{ timestamp: Date.now(), message }];
    return client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
  };
  writeFileSync(join(folder, 'shop.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n');
  const environment = { AWS_ENDPOINT_URL: moto.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const run = async (count: number): Promise<void> => {
    const running = await up(
      ['shop.yaml', '--cluster', 'shop', '--audit', `eks://${region}/shop`],
      folder,
      environment,
    );
    try {
      let found: number | undefined;
      for (const limit = Date.now() + 30_000; found !== count && Date.now() < limit; await sleep(200)) {
        type Answer = { readonly alerts: { readonly nodes: readonly { readonly count: number }[] } };
        const { alerts } = await running.query<Answer>('{ alerts { nodes { count } } }');
        found = alerts.nodes.reduce((sum, alert) => sum + alert.count, 0);
      }
      assert.equal(found, count, running.output().err);
    } finally {
      assert.equal(await running.stop(), 0);
    }
  };
  await put('one');
  await run(1);
  await put('two');
  await run(2);

  const wrong = await portolan(['up', 'shop.yaml', '--audit', 'eks://shop'], folder);
  assert.equal(wrong.status, 2);
  assert.match(wrong.err, /--audit eks:\/\/shop: there are eks:\/\/REGION\/CLUSTER/);
});
