// A real API server that shows its audit webhook a client certificate, as docs/audit.md has it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { up } from '../e2e/portolan.ts';
import { createAuthority, issueClient, issueServer } from '../testbed/certificates.ts';
import { kubernetesMissing, startKubernetes } from '../testbed/kubernetes.ts';
import { freePort } from '../testbed/process.ts';
import { temporaryFolder } from '../testbed/temporary.ts';

test('an API server sends its audit events by a client certificate', {
  skip: await kubernetesMissing(),
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder();
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const authority = createAuthority();
  const own = issueServer(authority, { commonName: 'gateway' }, ['127.0.0.1']);
  const identity = issueClient(authority, { commonName: 'apiserver' }, { uris: ['portolan:cluster/testbed'] });
  const port = await freePort();
  const gateway = `https://127.0.0.1:${port}`;
  const kubernetes = await startKubernetes({
    auditWebhookUrl: `${gateway}/audit/v1/clusters/testbed`,
    auditWebhookTls: { authority: authority.certificate, identity },
  });
  const reader = 'reader-of-all-000';
  const caFile = file('ca.pem', authority.certificate);
  const [certFile, keyFile] = [file('gateway.pem', own.certificate), file('gateway.key', own.key)];
  const tokens = file('tokens.yaml', JSON.stringify({ tokens: [{ token: reader, clusters: '*' }] }));
  const tls = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-client-ca-file', caFile];
  const args = ['--kubeconfig', kubernetes.kubeconfig, '--port', String(port), '--tokens', tokens, ...tls];
  const dispatcher = new Agent({ connect: { ca: authority.certificate } });
  const running = await up(args, folder);
  try {
    assert.equal(running.url, gateway);
    await kubernetes.kubectl(['create', 'namespace', 'shop']);
    for (const limit = Date.now() + 20_000; ; await sleep(100)) {
      const headers = { authorization: `Bearer ${reader}` };
      const metrics = await (await request(`${gateway}/metrics`, { dispatcher, headers })).body.text();
      if (/portolan_audit_events_total\{outcome="taken"\} [1-9]/.test(metrics)) break;
      assert.ok(Date.now() < limit, running.output().err);
    }
  } finally {
    await running.kill();
    await dispatcher.close();
    await kubernetes.stop();
  }
});
