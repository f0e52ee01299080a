import { defineDetection } from './define.ts';

export const privateKeyRead = defineDetection({
  name: 'Private key read',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1552.004', name: 'Private Keys' }],
  description:
    "A plain tool of the command line read a private key, or the credentials of a cloud, out of somebody's home.",
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Replace the key.',
  falsePositives: 'Administrators; scripts that copy keys into place.',
  references: ['https://attack.mitre.org/techniques/T1552/004/'],
  condition: `opens and evt.is_open_read = true and (plain_reader or downloader or copier)
    and (fd.name regex ".*/[.]ssh/id_[a-z0-9_]+" or fd.name glob "*/.aws/credentials" or fd.name glob "*/.azure/*.json" or fd.name glob "*/.config/gcloud/*.db" or fd.name glob "*/.kube/config" or fd.name glob "*/.docker/config.json" or fd.name glob "*/.git-credentials" or fd.name glob "*/.netrc")`,
  output:
    'Private key read (file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'openat',
    'fd.name': '/root/.ssh/id_ed25519',
    'fd.typechar': 'f',
    'evt.is_open_read': true,
    'evt.is_open_write': false,
    'evt.res': 'SUCCESS',
    'proc.name': 'cat',
    'proc.cmdline': 'cat /root/.ssh/id_ed25519',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'SSH reads the key that it logs in with.',
    change: { 'proc.name': 'ssh', 'proc.cmdline': 'ssh git@example.com' },
  },
});
