import { defineDetection } from './define.ts';

export const networkScan = defineDetection({
  name: 'Network scan',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1046', name: 'Network Service Discovery' }],
  description: 'A container ran a tool that tries out which addresses and ports answer.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Images for debugging networks: suppress them by namespace.',
  references: ['https://attack.mitre.org/techniques/T1046/'],
  condition:
    'starts and in_container and (proc.name in (nmap, masscan, zmap, rustscan, unicornscan, arp-scan, netdiscover, fping) or (proc.name in (nc, ncat, netcat, nc.openbsd, nc.traditional) and proc.args regex "(.* )?-[a-zA-Z]*z[a-zA-Z]*( .*)?"))',
  output:
    'Network scan (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'nc',
    'proc.exepath': '/usr/bin/nc',
    'proc.cmdline': 'nc -zv 10.0.0.7 1-1024',
    'proc.args': '-zv 10.0.0.7 1-1024',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It connects to one port.',
    change: {
      'proc.name': 'nc',
      'proc.exepath': '/usr/bin/nc',
      'proc.cmdline': 'nc 10.0.0.7 80',
      'proc.args': '10.0.0.7 80',
    },
  },
});
