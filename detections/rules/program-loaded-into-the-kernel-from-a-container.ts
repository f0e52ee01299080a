import { defineDetection } from './define.ts';

export const programLoadedIntoTheKernelFromAContainer = defineDetection({
  name: 'Program loaded into the kernel from a container',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1014', name: 'Rootkit' },
    { id: 'T1611', name: 'Escape to Host' },
  ],
  description:
    'A process in a container used bpf(2) to load a program into the kernel: it may watch, and change, what every process of the node does.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Take BPF and SYS_ADMIN from the pod.',
  falsePositives: 'Agents of network and observability: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1014/'],
  condition: 'in_container and evt.type = bpf and evt.arg.cmd = BPF_PROG_LOAD and evt.rawres >= 0',
  output:
    'Program loaded into the kernel from a container (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'bpf',
    'evt.arg.cmd': 'BPF_PROG_LOAD',
    'evt.rawres': 5,
    'evt.res': 'SUCCESS',
    'proc.name': 'x',
    'proc.cmdline': 'x',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'The kernel refused it.',
    change: { 'evt.rawres': -1, 'evt.res': 'EPERM' },
  },
});
