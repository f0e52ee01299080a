import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { temporaryFolder } from '../../test/testbed/temporary.ts';
import type { Container } from './container.ts';
import { containerDetails } from './container-details.ts';

const root = temporaryFolder();
after(() => rmSync(root, { recursive: true, force: true }));
const find = containerDetails(root);
const podUid = '8a7f2b1c-0d3e-4f5a-9b6c-7d8e9f0a1b2c';
const known = { name: 'web', image: 'registry.test:5000/shop/web:1.2', pod: 'web-0', namespace: 'shop' };

let used = 0;

/** A container of which these files tell; ID stands for its id. */
function container(files: Readonly<Record<string, unknown>>): Container {
  const id = String(used++).padStart(64, 'a');
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path.replace('ID', id));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return { id, runtime: 'unknown', podUid: null };
}

const containerd = 'run/containerd/io.containerd.runtime.v2.task/k8s.io/ID/config.json';

test('of containerd', async () => {
  const annotations = {
    'io.kubernetes.cri.container-name': 'web',
    'io.kubernetes.cri.image-name': known.image,
    'io.kubernetes.cri.sandbox-name': 'web-0',
    'io.kubernetes.cri.sandbox-namespace': 'shop',
  };
  assert.deepEqual(await find(container({ [containerd]: { process: { env: ['SECRET=1'] }, annotations } })), known);
});

test('of CRI-O', async () => {
  const annotations = {
    'io.kubernetes.container.name': 'web',
    'io.kubernetes.cri-o.ImageName': known.image,
    'io.kubernetes.pod.name': 'web-0',
    'io.kubernetes.pod.namespace': 'shop',
  };
  const file = 'run/containers/storage/overlay-containers/ID/userdata/config.json';
  assert.deepEqual(await find(container({ [file]: { annotations } })), known);
});

test('of Docker', async () => {
  const Labels = {
    'io.kubernetes.container.name': 'web',
    'io.kubernetes.pod.name': 'web-0',
    'io.kubernetes.pod.namespace': 'shop',
  };
  const file = 'var/lib/docker/containers/ID/config.v2.json';
  assert.deepEqual(await find(container({ [file]: { Config: { Image: known.image, Labels } } })), known);
});

test('of the kubelet, where no runtime tells', async () => {
  mkdirSync(join(root, `var/log/pods/shop_web-0_${podUid}`), { recursive: true });
  const bare = container({});
  assert.deepEqual(await find({ ...bare, podUid }), { name: null, image: null, pod: 'web-0', namespace: 'shop' });
  assert.equal(await find({ ...bare, podUid: podUid.replace('8', '9') }), undefined);
});

test('of what is no such file nothing', async () => {
  const odd = [
    '',
    '[',
    '7',
    '{"annotations":7}',
    '{"annotations":{"io.kubernetes.cri.image-name":{}}}',
    ' '.repeat(2 << 20),
  ];
  for (const content of odd) {
    const found = await find(container({ [containerd]: content }));
    assert.deepEqual(found ?? { name: null, image: null, pod: null, namespace: null }, {
      name: null,
      image: null,
      pod: null,
      namespace: null,
    });
  }
  assert.equal(await find({ id: null, runtime: 'unknown', podUid: null }), undefined);
});
