import { defineDetection } from './define.ts';

export const commandHiddenFromItsTerminal = defineDetection({
  name: 'Command hidden from its terminal',
  source: 'syscall',
  severity: 'LOW',
  attack: [{ id: 'T1564.011', name: 'Ignore Process Interrupts' }],
  description:
    'A command was started by nohup or setsid out of a folder that everybody may write to: it lives on when the session ends.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Scripts of administrators.',
  references: ['https://attack.mitre.org/techniques/T1564/011/'],
  condition:
    'starts and proc.name in (nohup, setsid, disown) and proc.args contains anyof (/tmp/, /var/tmp/, /dev/shm/, /run/shm/)',
  output:
    'Command hidden from its terminal (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'nohup',
    'proc.exepath': '/usr/bin/nohup',
    'proc.cmdline': 'nohup /tmp/a',
    'proc.args': '/tmp/a',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It is a program of the image.',
    change: {
      'proc.name': 'nohup',
      'proc.exepath': '/usr/bin/nohup',
      'proc.cmdline': 'nohup /usr/bin/app',
      'proc.args': '/usr/bin/app',
    },
  },
});
