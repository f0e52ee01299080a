import { defineDetection } from './define.ts';

export const setuidProgramMade = defineDetection({
  name: 'Setuid program made',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1548.001', name: 'Setuid and Setgid' }],
  description: 'A file was made to run as its owner, in a container: a way to become root again.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Forbid it by allowPrivilegeEscalation: false.',
  falsePositives: 'Installing packages.',
  references: ['https://attack.mitre.org/techniques/T1548/001/'],
  condition:
    'in_container and evt.type in (chmod, fchmod, fchmodat, fchmodat2) and evt.arg.mode contains anyof (S_ISUID, S_ISGID) and evt.res = SUCCESS and not proc.name in (dpkg, rpm, apk, dnf, apt, apt-get, tar)',
  output:
    'Setuid program made (mode=%evt.arg.mode file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'fchmodat',
    'evt.res': 'SUCCESS',
    'evt.arg.mode': 'S_ISUID|S_IRUSR|S_IWUSR|S_IXUSR',
    'fd.name': '/tmp/sh',
    'evt.arg.filename': '/tmp/sh',
    'proc.name': 'chmod',
    'proc.cmdline': 'chmod 4755 /tmp/sh',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'The file was made executable.',
    change: { 'evt.arg.mode': 'S_IRUSR|S_IWUSR|S_IXUSR' },
  },
});
