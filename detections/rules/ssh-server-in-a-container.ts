import { defineDetection } from './define.ts';

export const sshServerInAContainer = defineDetection({
  name: 'SSH server in a container',
  source: 'syscall',
  severity: 'LOW',
  attack: [{ id: 'T1021.004', name: 'SSH' }],
  description:
    'An SSH server was started in a container: a way in past the API server, its authorisation and its audit log.',
  remediation: 'Remove it from the image; use kubectl exec for debugging.',
  falsePositives: 'Images that offer SSH on purpose, such as git servers: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1021/004/'],
  condition: 'starts and in_container and proc.name in (sshd, dropbear, sshd-session)',
  output:
    'SSH server in a container (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'sshd',
    'proc.exepath': '/usr/sbin/sshd',
    'proc.cmdline': 'sshd -D',
    'proc.args': '-D',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It is the SSH client.',
    change: {
      'proc.name': 'ssh',
      'proc.exepath': '/usr/bin/ssh',
      'proc.cmdline': 'ssh git@example.com',
      'proc.args': 'git@example.com',
    },
  },
});
