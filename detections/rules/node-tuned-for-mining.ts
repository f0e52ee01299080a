import { defineDetection } from './define.ts';

export const nodeTunedForMining = defineDetection({
  name: 'Node tuned for mining',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1496.001', name: 'Compute Hijacking' }],
  description:
    "A container changed settings of its node's processor or memory that make mining faster: model-specific registers, or huge pages.",
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Databases and packet processing that set huge pages by an init container: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1496/001/'],
  condition:
    'starts and in_container and ((proc.name = sysctl and proc.cmdline contains vm.nr_hugepages and proc.cmdline contains "=") or (proc.name = modprobe and proc.args contains msr) or proc.name = wrmsr)',
  output:
    'Node tuned for mining (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'sysctl',
    'proc.exepath': '/usr/bin/sysctl',
    'proc.cmdline': 'sysctl -w vm.nr_hugepages=1280',
    'proc.args': '-w vm.nr_hugepages=1280',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It reads the setting of the number of files.',
    change: {
      'proc.name': 'sysctl',
      'proc.exepath': '/usr/bin/sysctl',
      'proc.cmdline': 'sysctl fs.file-max',
      'proc.args': 'fs.file-max',
    },
  },
});
