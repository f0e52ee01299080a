import { defineDetection } from './define.ts';

export const denialOfServiceToolStarted = defineDetection({
  name: 'Denial of service tool started',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1498', name: 'Network Denial of Service' },
    { id: 'T1499', name: 'Endpoint Denial of Service' },
  ],
  description: 'A tool was started that floods others with traffic.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Load tests with such tools: suppress them by namespace.',
  references: ['https://attack.mitre.org/techniques/T1498/'],
  condition:
    'starts and proc.name in (hping3, slowloris, slowloris.py, goldeneye.py, hulk.py, xerxes, torshammer.py, loic, udpflood, mirai, t50, mz, pentmenu, ddos-ripper, ufonet, MHDDoS)',
  output:
    'Denial of service tool started (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'hping3',
    'proc.exepath': '/usr/bin/hping3',
    'proc.cmdline': 'hping3 --flood -S 203.0.113.7',
    'proc.args': '--flood -S 203.0.113.7',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It is a load test.',
    change: {
      'proc.name': 'k6',
      'proc.exepath': '/usr/bin/k6',
      'proc.cmdline': 'k6 run test.js',
      'proc.args': 'run test.js',
    },
  },
});
