import { defineDetection } from './define.ts';

export const programRunFromATemporaryFolder = defineDetection({
  name: 'Program run from a temporary folder',
  source: 'syscall',
  severity: 'LOW',
  attack: [
    { id: 'T1105', name: 'Ingress Tool Transfer' },
    { id: 'T1036.005', name: 'Match Legitimate Resource Name or Location' },
  ],
  description:
    'In a container, a program was run out of a folder that everybody may write to: where what was downloaded lies.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Programs that unpack parts of themselves there: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1105/'],
  condition: 'starts and in_container and proc.exepath pmatch (/tmp, /var/tmp, /dev/shm, /run/shm)',
  output:
    'Program run from a temporary folder (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'a',
    'proc.exepath': '/tmp/.x/a',
    'proc.cmdline': '/tmp/.x/a --quiet',
    'proc.args': '--quiet',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It is a program of the image.',
    change: { 'proc.exepath': '/usr/bin/a' },
  },
});
