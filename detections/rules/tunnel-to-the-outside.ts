import { defineDetection } from './define.ts';

export const tunnelToTheOutside = defineDetection({
  name: 'Tunnel to the outside',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1572', name: 'Protocol Tunneling' },
    { id: 'T1090', name: 'Proxy' },
  ],
  description: 'A tunnel was opened by which a port in here can be reached from outside, past firewalls.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: "Developers' machines; suppress them by namespace.",
  references: ['https://attack.mitre.org/techniques/T1572/'],
  condition: `starts and (proc.name in (ngrok, frpc, chisel, cloudflared, localtonet, bore, inlets, pagekite, tailscaled, rathole, gost, iodine, dnscat2, ptunnel)
      or (proc.name in (ssh, autossh, plink, dbclient) and proc.args regex "(.* )?-[a-zA-Z]*[RD] ?[^ ]+.*")
      or (proc.name = socat and proc.args regex "(?i).*tcp[46]?-listen:.*(tcp|openssl)[46]?(-connect)?:.*"))`,
  output:
    'Tunnel to the outside (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'ssh',
    'proc.exepath': '/usr/bin/ssh',
    'proc.cmdline': 'ssh -R 8080:localhost:80 a@203.0.113.7',
    'proc.args': '-R 8080:localhost:80 a@203.0.113.7',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'A session is opened.',
    change: {
      'proc.name': 'ssh',
      'proc.exepath': '/usr/bin/ssh',
      'proc.cmdline': 'ssh a@203.0.113.7',
      'proc.args': 'a@203.0.113.7',
    },
  },
});
