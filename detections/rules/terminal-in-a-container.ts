import { defineDetection } from './define.ts';

export const terminalInAContainer = defineDetection({
  name: 'Terminal in a container',
  source: 'syscall',
  severity: 'INFORMATIONAL',
  attack: [
    { id: 'T1609', name: 'Container Administration Command' },
    { id: 'T1059.004', name: 'Unix Shell' },
  ],
  description: 'A shell with a terminal was started in a container: somebody sits at it.',
  remediation: 'Ask who it was; the audit log tells who used exec at that time.',
  falsePositives: 'Debugging. Suppress it for the namespaces where that is expected.',
  references: ['https://attack.mitre.org/techniques/T1609/'],
  condition:
    'starts and in_container and shell and proc.tty != 0 and not proc.pname in (bash, sh, zsh, tmux, screen, su)',
  output:
    'Terminal in a container (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'bash',
    'proc.exepath': '/usr/bin/bash',
    'proc.cmdline': 'bash -l',
    'proc.args': '-l',
    'proc.pname': 'runc:[2:INIT]',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
    'proc.tty': 34816,
  },
  nearMiss: {
    because: 'The shell runs a script, without a terminal.',
    change: { 'proc.tty': 0 },
  },
});
