import { defineDetection } from './define.ts';

export const shellOnASocket = defineDetection({
  name: 'Shell on a socket',
  source: 'syscall',
  severity: 'HIGH',
  attack: [{ id: 'T1059.004', name: 'Unix Shell' }],
  description:
    'In a container, a shell or an interpreter made a network connection its standard input, output or error: what somebody writes at the other end is run. Reverse shells do that, and hardly anything else.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and close the hole in the application. Take its service account token and its secrets for stolen.',
  falsePositives: 'inetd-like servers that give a socket to a script as its standard input: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1059/004/'],
  condition: `evt.type in (dup, dup2, dup3) and in_container and fd.typechar in (4, 6) and evt.rawres in (0, 1, 2)
    and (shell or proc.name startswith anyof (python, perl, ruby, php, node, nc, ncat, socat))`,
  output:
    'Shell on a socket (command=%proc.cmdline connection=%fd.name descriptor=%evt.rawres parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'dup2',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'evt.rawres': 0,
    'fd.typechar': '4',
    'fd.name': '10.0.0.5:43712->203.0.113.7:4444',
    'fd.rip': '203.0.113.7',
    'fd.rport': 4444,
    'proc.name': 'bash',
    'proc.cmdline': 'bash -i',
    'proc.pname': 'java',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'The socket is one of the machine (Unix): supervisors talk to their children so.',
    change: { 'fd.typechar': 'u', 'fd.name': '/run/supervisor.sock' },
  },
});
