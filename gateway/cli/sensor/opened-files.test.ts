import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../../../detections/engine/load.ts';
import { detections } from '../../../detections/rules/index.ts';
import { packFiles } from '../../../detections/rules/pack.ts';
import { filterFor } from '../../../sensor/loader/asked-opens.ts';
import { defaultFilter } from '../../../sensor/loader/orders.ts';
import { isTold } from '../../../sensor/loader/testing/is-told.ts';

const { filter } = filterFor(defaultFilter, loadRules(packFiles()).engines.syscall.rules);

test('the kernel tells of every file by which a rule of ours was tried', () => {
  const opened = detections.flatMap(({ name, fires }) => {
    const event = fires as Readonly<Record<string, unknown>>;
    if (!/^(?:open|creat)/.test(String(event['evt.type']))) return [];
    const isWritten = event['evt.is_open_write'] === true || event['evt.is_open_create'] === true;
    return [{ name, path: String(event['fd.name']), isWritten }];
  });
  assert.ok(opened.length > 5);
  for (const { name, path, isWritten } of opened) assert.ok(isTold(filter, { path, isWritten }), `${name}: ${path}`);
});

test('and of what rules of ours ask for beyond the filter that is always there', () => {
  for (const path of ['/etc/rancher/k3s/k3s.yaml', '/etc/kubernetes/super-admin.conf']) {
    assert.ok(!isTold(defaultFilter, { path, isWritten: false }), path);
    assert.ok(isTold(filter, { path, isWritten: false }), path);
  }
  for (const path of ['/var/log/auth.log', '/var/log/kubernetes/audit.log']) {
    assert.ok(!isTold(defaultFilter, { path, isWritten: true }), path);
    assert.ok(isTold(filter, { path, isWritten: true }), path);
  }
  assert.ok(!isTold(filter, { path: '/var/lib/app/data', isWritten: true }));
  assert.ok(!isTold(filter, { path: '/usr/lib/libc.so.6', isWritten: false }));
});
