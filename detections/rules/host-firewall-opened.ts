import { defineDetection } from './define.ts';

export const hostFirewallOpened = defineDetection({
  name: 'Host firewall opened',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1562.004', name: 'Disable or Modify System Firewall' }],
  description: 'The rules of a firewall were flushed, or the firewall switched off.',
  remediation: 'Put the rules back, and find out who removed them.',
  falsePositives: 'Setting up a node.',
  references: ['https://attack.mitre.org/techniques/T1562/004/'],
  condition:
    'starts and ((proc.name in (iptables, ip6tables, iptables-nft, iptables-legacy) and proc.args regex "(.* )?(-F|--flush|-X)( .*)?" and not proc.pname in (kube-proxy, dockerd, containerd, cni, calico-node, kubelet)) or (proc.name = nft and proc.args startswith "flush ruleset") or (proc.name = ufw and proc.args startswith disable))',
  output:
    'Host firewall opened (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'iptables',
    'proc.exepath': '/usr/bin/iptables',
    'proc.cmdline': 'iptables -F',
    'proc.args': '-F',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': 'host',
    'k8s.pod.uid': '',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'Rules are listed.',
    change: {
      'proc.name': 'iptables',
      'proc.exepath': '/usr/bin/iptables',
      'proc.cmdline': 'iptables -L',
      'proc.args': '-L',
    },
  },
});
