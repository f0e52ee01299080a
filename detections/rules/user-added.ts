import { defineDetection } from './define.ts';

export const userAdded = defineDetection({
  name: 'User added',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1136.001', name: 'Local Account' }],
  description: 'A user was added to a running container or to a node: a way back in.',
  remediation: 'Remove the user unless somebody answers for it.',
  falsePositives: 'Installing packages, which add users of their own.',
  references: ['https://attack.mitre.org/techniques/T1136/001/'],
  condition:
    'starts and proc.name in (useradd, adduser, newusers) and not proc.pname in (dpkg, apt, apt-get, rpm, dnf, yum, apk, cloud-init) and not proc.cmdline contains anyof (--system, " -r ", --help, " -S ")',
  output:
    'User added (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'useradd',
    'proc.exepath': '/usr/bin/useradd',
    'proc.cmdline': 'useradd -m -G sudo eve',
    'proc.args': '-m -G sudo eve',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'A package adds a user for its service.',
    change: { 'proc.pname': 'dpkg' },
  },
});
