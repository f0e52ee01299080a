import { defineDetection } from './define.ts';

export const credentialAccessToolStarted = defineDetection({
  name: 'Credential access tool started',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1003', name: 'OS Credential Dumping' },
    { id: 'T1552', name: 'Unsecured Credentials' },
  ],
  description: 'A tool was started that collects passwords, keys and tokens from memory and files.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Replace every credential that the pod and its node could read.',
  falsePositives: 'Penetration tests, and secret scanners in a pipeline.',
  references: ['https://attack.mitre.org/techniques/T1003/'],
  condition:
    'starts and proc.name in (mimipenguin, mimipenguin.sh, lazagne, LaZagne, laZagne.py, gimmecredz, 3snake, swapdigger, truffleHog, trufflehog, gitleaks, mimikatz, unshadow, secretsdump.py, linikatz.sh, keytabextract.py)',
  output:
    'Credential access tool started (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'mimipenguin',
    'proc.exepath': '/usr/bin/mimipenguin',
    'proc.cmdline': 'mimipenguin',
    'proc.args': '',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It keeps secrets, and steals none.',
    change: {
      'proc.name': 'gpg',
      'proc.exepath': '/usr/bin/gpg',
      'proc.cmdline': 'gpg --version',
      'proc.args': '--version',
    },
  },
});
