import { defineDetection } from './define.ts';

export const kernelModuleLoadedFromAContainer = defineDetection({
  name: 'Kernel module loaded from a container',
  source: 'syscall',
  severity: 'HIGH',
  attack: [
    { id: 'T1547.006', name: 'Kernel Modules and Extensions' },
    { id: 'T1611', name: 'Escape to Host' },
  ],
  description: 'A process in a container loaded a module into the kernel of its node: it is the kernel now.',
  remediation: 'Take the node for compromised: drain and replace it. Take SYS_MODULE from the pod.',
  falsePositives: 'Agents of network and storage that load modules of the distribution: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1547/006/'],
  condition: 'in_container and evt.type in (init_module, finit_module) and evt.res = SUCCESS',
  output:
    'Kernel module loaded from a container (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'finit_module',
    'evt.res': 'SUCCESS',
    'evt.arg.uargs': '',
    'proc.name': 'insmod',
    'proc.cmdline': 'insmod x.ko',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'The kernel refused it.',
    change: { 'evt.res': 'EPERM' },
  },
});
