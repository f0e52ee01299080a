import { defineDetection } from './define.ts';

export const secretsSearchedFor = defineDetection({
  name: 'Secrets searched for',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1552.001', name: 'Credentials In Files' },
    { id: 'T1552.004', name: 'Private Keys' },
  ],
  description: 'A command looks through files for keys, passwords or tokens.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Replace what it may have found.',
  falsePositives: 'Administrators who look for a setting.',
  references: ['https://attack.mitre.org/techniques/T1552/001/'],
  condition: `starts and ((proc.name in (grep, egrep, fgrep, rg, ag) and proc.args icontains anyof ("BEGIN RSA PRIVATE", "BEGIN OPENSSH PRIVATE", "BEGIN PRIVATE", aws_secret, aws_access_key, "password=", "passwd=", api_key, secret_key, "PRIVATE KEY"))
      or (proc.name in (find, locate, mlocate) and proc.args contains anyof (id_rsa, id_ed25519, id_ecdsa, id_dsa, .pem, .kubeconfig, kubeconfig, credentials, .git-credentials, .netrc, .htpasswd, wallet.dat)))`,
  output:
    'Secrets searched for (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'grep',
    'proc.exepath': '/usr/bin/grep',
    'proc.cmdline': 'grep -rn BEGIN RSA PRIVATE /',
    'proc.args': '-rn BEGIN RSA PRIVATE /',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It looks for an error.',
    change: {
      'proc.name': 'grep',
      'proc.exepath': '/usr/bin/grep',
      'proc.cmdline': 'grep -rn ERROR /var/log/app',
      'proc.args': '-rn ERROR /var/log/app',
    },
  },
});
