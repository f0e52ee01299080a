import { defineDetection } from './define.ts';

export const encodedCommandRun = defineDetection({
  name: 'Encoded command run',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1027.010', name: 'Command Obfuscation' },
    { id: 'T1140', name: 'Deobfuscate/Decode Files or Information' },
  ],
  description: 'A shell decodes base64 or hexadecimal and runs what comes out: scripts of attackers arrive so.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Scripts that pass settings so: they do not run them.',
  references: ['https://attack.mitre.org/techniques/T1027/010/'],
  condition: `starts and (shell or interpreter) and (proc.cmdline regex "(?s).*base64 (-d|--decode|-D).*[|] *(ba|da|z|k)?sh( .*)?" or proc.cmdline regex "(?s).*(ba|da|z)?sh .*<[(].*base64 (-d|--decode).*" or proc.cmdline regex "(?s).*xxd -r.*[|] *(ba|da|z)?sh( .*)?" or proc.cmdline contains anyof ("exec(base64.b64decode", "exec(__import__('base64')", "eval(base64_decode"))`,
  output:
    'Encoded command run (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'bash',
    'proc.exepath': '/usr/bin/bash',
    'proc.cmdline': 'bash -c echo aWQK | base64 -d | bash',
    'proc.args': '-c echo aWQK | base64 -d | bash',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It decodes, and runs nothing.',
    change: { 'proc.cmdline': 'bash -c echo aWQK | base64 -d', 'proc.args': '-c echo aWQK | base64 -d' },
  },
});
