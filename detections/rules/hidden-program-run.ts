import { defineDetection } from './define.ts';

export const hiddenProgramRun = defineDetection({
  name: 'Hidden program run',
  source: 'syscall',
  severity: 'LOW',
  attack: [{ id: 'T1564.001', name: 'Hidden Files and Directories' }],
  description:
    'A program was run whose name, or whose folder in a temporary one, begins with a dot: ls does not show it.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Tools that keep programs in folders of settings.',
  references: ['https://attack.mitre.org/techniques/T1564/001/'],
  condition:
    'starts and proc.exepath contains "/." and (proc.exepath regex ".*/[.][^/]+" or proc.exepath regex "/(tmp|var/tmp|dev/shm)/(.*/)?[.][^/]*/.*")',
  output:
    'Hidden program run (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'x',
    'proc.exepath': '/tmp/.cache/x',
    'proc.cmdline': '/tmp/.cache/x',
    'proc.args': '',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It is a program of the image.',
    change: { 'proc.exepath': '/usr/bin/x' },
  },
});
