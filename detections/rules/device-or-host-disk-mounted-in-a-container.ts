import { defineDetection } from './define.ts';

export const deviceOrHostDiskMountedInAContainer = defineDetection({
  name: 'Device or host disk mounted in a container',
  source: 'syscall',
  severity: 'HIGH',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  description:
    'A process in a container mounted a disk, or a kernel file system by which its node is left: a privileged container is being used to take the node.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Take the node for compromised.',
  falsePositives: 'Drivers of storage: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1611/'],
  condition:
    'in_container and evt.type = mount and evt.res = SUCCESS and (evt.arg.dev regex "/dev/(sd|vd|xvd|nvme|dm-|mapper/|mmcblk).*" or evt.arg.dev in (cgroup, debugfs, securityfs)) and not proc.name startswith runc and not proc.name in (runc, crun, kubelet)',
  output:
    'Device or host disk mounted in a container (device=%evt.arg.dev folder=%evt.arg.dir command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'mount',
    'evt.res': 'SUCCESS',
    'evt.arg.dev': '/dev/vda1',
    'evt.arg.dir': '/mnt',
    'proc.name': 'mount',
    'proc.cmdline': 'mount /dev/vda1 /mnt',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'A file system in memory is mounted.',
    change: { 'evt.arg.dev': 'tmpfs' },
  },
});
