import { defineDetection } from './define.ts';

export const passwordSetByACommand = defineDetection({
  name: 'Password set by a command',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1098', name: 'Account Manipulation' }],
  description:
    'A password was set by a command that takes it ready hashed, or from a pipe, as scripts of attackers do.',
  remediation: 'Find out whose password, and who set it; set it anew.',
  falsePositives: 'cloud-init and configuration management.',
  references: ['https://attack.mitre.org/techniques/T1098/'],
  condition:
    'starts and ((proc.name in (usermod, useradd) and proc.args regex "(.* )?(-p|--password)[ =].*") or proc.name in (chpasswd, mkpasswd) or (proc.name = openssl and proc.args startswith passwd)) and not proc.pname in (cloud-init, ansible, puppet, chef-client)',
  output:
    'Password set by a command (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'usermod',
    'proc.exepath': '/usr/bin/usermod',
    'proc.cmdline': 'usermod -p $6$x$y root',
    'proc.args': '-p $6$x$y root',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'The shell of a user is set.',
    change: {
      'proc.name': 'usermod',
      'proc.exepath': '/usr/bin/usermod',
      'proc.cmdline': 'usermod -s /bin/bash app',
      'proc.args': '-s /bin/bash app',
    },
  },
});
