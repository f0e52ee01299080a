import { defineDetection } from './define.ts';

export const packageManagerRunInAContainer = defineDetection({
  name: 'Package manager run in a container',
  source: 'syscall',
  severity: 'INFORMATIONAL',
  attack: [
    { id: 'T1072', name: 'Software Deployment Tools' },
    { id: 'T1105', name: 'Ingress Tool Transfer' },
  ],
  description: 'Somebody installed software in a running container: what runs is no longer what was checked.',
  remediation:
    'Put the software into the image. Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Images that install parts of themselves when they start: build them before.',
  references: ['https://attack.mitre.org/techniques/T1072/'],
  condition:
    'starts and in_container and proc.name in (apt, apt-get, dpkg, dnf, yum, microdnf, rpm, apk, zypper, pacman) and proc.args contains anyof (install, add, -i, -U)',
  output:
    'Package manager run in a container (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'apt-get',
    'proc.exepath': '/usr/bin/apt-get',
    'proc.cmdline': 'apt-get install -y nmap',
    'proc.args': 'install -y nmap',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It only lists.',
    change: {
      'proc.name': 'apt-get',
      'proc.exepath': '/usr/bin/apt-get',
      'proc.cmdline': 'apt-get --version',
      'proc.args': '--version',
    },
  },
});
