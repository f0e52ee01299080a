import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Container, containerOf } from './container.ts';

const id = 'c4f1e0d9b8a7'.padEnd(64, '0');
const other = 'd5a2b1c0e9f8'.padEnd(64, '1');
const uid = '8a7f2b1c-0d3e-4f5a-9b6c-7d8e9f0a1b2c';
const slice = uid.replaceAll('-', '_');
const hash = '0123456789abcdef0123456789abcdef';

const cases: readonly (readonly [name: string, path: string, expected: Container | null])[] = [
  [
    'containerd, systemd',
    `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${slice}.slice/cri-containerd-${id}.scope`,
    { id, runtime: 'containerd', podUid: uid },
  ],
  [
    'containerd, systemd, guaranteed',
    `kubepods.slice/kubepods-pod${slice}.slice/cri-containerd-${id}.scope`,
    { id, runtime: 'containerd', podUid: uid },
  ],
  ['containerd, cgroupfs', `kubepods/besteffort/pod${uid}/${id}`, { id, runtime: 'unknown', podUid: uid }],
  [
    'containerd, cgroupfs under a systemd kubelet',
    `system.slice/containerd.service/kubepods-burstable-pod${slice}.slice:cri-containerd:${id}`,
    { id, runtime: 'containerd', podUid: uid },
  ],
  [
    'CRI-O, systemd, with the child that crun makes',
    `kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${slice}.slice/crio-${id}.scope/container`,
    { id, runtime: 'cri-o', podUid: uid },
  ],
  ['CRI-O, cgroupfs', `kubepods/pod${uid}/crio-${id}`, { id, runtime: 'cri-o', podUid: uid }],
  [
    'conmon belongs to the pod, not to the container',
    `kubepods.slice/kubepods-pod${slice}.slice/crio-conmon-${id}.scope`,
    { id: null, runtime: 'unknown', podUid: uid },
  ],
  [
    'Docker under the kubelet, systemd',
    `kubepods.slice/kubepods-pod${slice}.slice/docker-${id}.scope`,
    { id, runtime: 'docker', podUid: uid },
  ],
  ['Docker, systemd', `system.slice/docker-${id}.scope`, { id, runtime: 'docker', podUid: null }],
  ['Docker, cgroupfs', `docker/${id}`, { id, runtime: 'docker', podUid: null }],
  ['Podman', `machine.slice/libpod-${id}.scope`, { id, runtime: 'podman', podUid: null }],
  [
    'static pod, systemd',
    `kubepods.slice/kubepods-pod${hash}.slice/cri-containerd-${id}.scope`,
    { id, runtime: 'containerd', podUid: hash },
  ],
  ['static pod, cgroupfs', `kubepods/burstable/pod${hash}/${id}`, { id, runtime: 'unknown', podUid: hash }],
  [
    'a node that is a container (kind)',
    `docker/${other}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod${slice}.slice/cri-containerd-${id}.scope`,
    { id, runtime: 'containerd', podUid: uid },
  ],
  [
    'a container nested in a pod is the pod’s',
    `kubepods/pod${uid}/${id}/docker/${other}`,
    { id, runtime: 'unknown', podUid: uid },
  ],
  [
    'systemd in a container',
    `kubepods.slice/kubepods-pod${slice}.slice/cri-containerd-${id}.scope/system.slice/cron.service`,
    { id, runtime: 'containerd', podUid: uid },
  ],
  ['the host', 'system.slice/ssh.service', null],
  ['the root', '', null],
  ['a digest that is too short', `docker/${id.slice(1)}`, null],
  ['a name that only looks like a pod', `podx${uid}/foo`, null],
];

for (const [name, path, expected] of cases) {
  test(`the container of a cgroup: ${name}`, () => {
    assert.deepEqual(containerOf(path.split('/').filter(Boolean)), expected);
  });
}
