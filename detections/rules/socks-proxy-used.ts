import { defineDetection } from './define.ts';

export const socksProxyUsed = defineDetection({
  name: 'SOCKS proxy used',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1090', name: 'Proxy' }],
  description: 'A command sends its traffic through a SOCKS proxy or Tor: it hides where it goes.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Environments where such a proxy is the only way out: suppress them by namespace.',
  references: ['https://attack.mitre.org/techniques/T1090/'],
  condition:
    'starts and (proc.cmdline contains anyof ("socks5://", "socks5h://", "socks4://", "--socks5", "--socks4a") or proc.name in (tor, torsocks, proxychains, proxychains4, torify))',
  output:
    'SOCKS proxy used (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'curl',
    'proc.exepath': '/usr/bin/curl',
    'proc.cmdline': 'curl --socks5 203.0.113.7:1080 https://example.com',
    'proc.args': '--socks5 203.0.113.7:1080 https://example.com',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It uses no proxy.',
    change: {
      'proc.name': 'curl',
      'proc.exepath': '/usr/bin/curl',
      'proc.cmdline': 'curl https://example.com',
      'proc.args': 'https://example.com',
    },
  },
});
