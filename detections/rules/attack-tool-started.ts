import { defineDetection } from './define.ts';

export const attackToolStarted = defineDetection({
  name: 'Attack tool started',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1046', name: 'Network Service Discovery' },
    { id: 'T1059', name: 'Command and Scripting Interpreter' },
  ],
  description:
    'A tool was started that is made for attacks: scanners, password crackers, frameworks, tools for escaping from containers.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Penetration tests, and images made for them.',
  references: ['https://attack.mitre.org/techniques/T1046/'],
  condition: `starts and proc.name in (nmap, masscan, zmap, rustscan, zgrab, zgrab2, nikto, hydra, medusa, john, hashcat, sqlmap, msfconsole, msfvenom, meterpreter, responder, crackmapexec, netexec,
      gobuster, ffuf, dirb, wfuzz, kube-hunter, kubeletctl, peirates, kdigger, botb, cdk, deepce.sh, amicontained, linpeas.sh, linenum.sh, pspy, pspy64, chisel, ligolo, sliver-client, empire, pupy, kubesploit, traitor, fscan)`,
  output:
    'Attack tool started (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'nmap',
    'proc.exepath': '/usr/bin/nmap',
    'proc.cmdline': 'nmap -sS 10.0.0.0/8',
    'proc.args': '-sS 10.0.0.0/8',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It asks for the address of a name.',
    change: {
      'proc.name': 'nslookup',
      'proc.exepath': '/usr/bin/nslookup',
      'proc.cmdline': 'nslookup example.com',
      'proc.args': 'example.com',
    },
  },
});
