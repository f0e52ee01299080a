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
const names = { name: 'web', image: 'registry.test:5000/shop/web:1.2', pod: 'web-0', namespace: 'shop' };
const known = { ...names, privileged: null, mounts: null };

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

test('of containerd', () => {
  const annotations = {
    'io.kubernetes.cri.container-name': 'web',
    'io.kubernetes.cri.image-name': known.image,
    'io.kubernetes.cri.sandbox-name': 'web-0',
    'io.kubernetes.cri.sandbox-namespace': 'shop',
  };
  assert.deepEqual(find(container({ [containerd]: { process: { env: ['SECRET=1'] }, annotations } })), known);
});

test('of CRI-O', () => {
  const annotations = {
    'io.kubernetes.container.name': 'web',
    'io.kubernetes.cri-o.ImageName': known.image,
    'io.kubernetes.pod.name': 'web-0',
    'io.kubernetes.pod.namespace': 'shop',
  };
  const file = 'run/containers/storage/overlay-containers/ID/userdata/config.json';
  assert.deepEqual(find(container({ [file]: { annotations } })), known);
});

test('of Docker', () => {
  const Labels = {
    'io.kubernetes.container.name': 'web',
    'io.kubernetes.pod.name': 'web-0',
    'io.kubernetes.pod.namespace': 'shop',
  };
  const file = 'var/lib/docker/containers/ID/config.v2.json';
  assert.deepEqual(find(container({ [file]: { Config: { Image: known.image, Labels } } })), known);
});

test('what of the node a container can see, and whether it is confined', () => {
  const mounts = [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid'] },
    { destination: '/host', type: 'bind', source: '/', options: ['rbind', 'rslave', 'ro'] },
    { destination: '/data', source: '/var/lib/data', options: ['rbind', 'rprivate', 'rw'] },
  ];
  const confined = { maskedPaths: ['/proc/kcore'], readonlyPaths: ['/proc/sys'], seccomp: { defaultAction: 'x' } };
  const process = { capabilities: { bounding: ['CAP_CHOWN', 'CAP_SYS_ADMIN'] } };
  const found = (content: object) => {
    const details = find(container({ [containerd]: { annotations: {}, mounts, process, ...content } }));
    return [details?.privileged, details?.mounts];
  };
  const seen = '/:/host::false:rslave /var/lib/data:/data::true:private';
  assert.deepEqual(found({ linux: {} }), [true, seen]);
  assert.deepEqual(found({ linux: confined }), [false, seen]);
  assert.deepEqual(found({ linux: { maskedPaths: [], seccomp: {} } }), [false, seen]);
  assert.deepEqual(found({ linux: {}, process: { capabilities: { bounding: ['CAP_CHOWN'] } } }), [false, seen]);
  assert.deepEqual(found({ mounts: 7, process: 7 }), [null, null]);
});

test('of the kubelet, where no runtime tells', () => {
  mkdirSync(join(root, `var/log/pods/shop_web-0_${podUid}`), { recursive: true });
  const bare = container({});
  assert.deepEqual(find({ ...bare, podUid }), { ...known, name: null, image: null });
  assert.equal(find({ ...bare, podUid: podUid.replace('8', '9') }), undefined);
});

test('of what is no such file nothing', () => {
  const odd = [
    '',
    '[',
    '7',
    '{"annotations":7}',
    '{"annotations":{"io.kubernetes.cri.image-name":{}}}',
    ' '.repeat(2 << 20),
  ];
  for (const content of odd) {
    const found = find(container({ [containerd]: content }));
    const nothing = { name: null, image: null, pod: null, namespace: null, privileged: null, mounts: null };
    assert.deepEqual(found ?? nothing, nothing);
  }
  assert.equal(find({ id: null, runtime: 'unknown', podUid: null }), undefined);
});
