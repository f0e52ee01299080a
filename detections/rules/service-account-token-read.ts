import { defineDetection } from './define.ts';

export const serviceAccountTokenRead = defineDetection({
  name: 'Service account token read',
  source: 'syscall',
  severity: 'INFORMATIONAL',
  attack: [
    { id: 'T1528', name: 'Steal Application Access Token' },
    { id: 'T1552.001', name: 'Credentials In Files' },
  ],
  description:
    'A shell or a plain tool of the command line read the token of its pod. Programs read it through a library; who prints it takes it elsewhere.',
  remediation:
    'Find out what was done with it: in the audit log, by the name of the account. Leave the token out of pods that do not need it (automountServiceAccountToken).',
  falsePositives: 'Scripts that ask the API server by curl: suppress them by image.',
  references: ['https://kubernetes.io/docs/concepts/security/service-accounts/'],
  condition:
    'opens and in_container and evt.is_open_read = true and fd.name glob "*/serviceaccount*/token" and (shell or plain_reader or downloader)',
  output:
    'Service account token read (file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'openat',
    'fd.name': '/run/secrets/kubernetes.io/serviceaccount/token',
    'fd.typechar': 'f',
    'evt.is_open_read': true,
    'evt.is_open_write': false,
    'evt.res': 'SUCCESS',
    'proc.name': 'cat',
    'proc.cmdline': 'cat /run/secrets/kubernetes.io/serviceaccount/token',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'A program reads it to speak to the API server.',
    change: { 'proc.name': 'controller', 'proc.cmdline': 'controller --leader-elect' },
  },
});
