import { defineDetection } from './define.ts';

export const authorizedKeysChanged = defineDetection({
  name: 'Authorized keys changed',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1098.004', name: 'SSH Authorized Keys' }],
  description: 'The list of keys that may log in to an account by SSH was written: whoever adds one has a way back.',
  remediation: 'Remove keys that nobody knows; look at who logged in with them.',
  falsePositives: 'Configuration management, and cloud-init when a node starts.',
  references: ['https://attack.mitre.org/techniques/T1098/004/'],
  condition:
    'opens and evt.is_open_write = true and fd.name glob "*/.ssh/authorized_keys*" and not proc.name in (cloud-init, google_guest_ag, waagent, amazon-ssm-agen, ssh-copy-id, sshd)',
  output:
    'Authorized keys changed (file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'openat',
    'fd.name': '/root/.ssh/authorized_keys',
    'fd.typechar': 'f',
    'evt.is_open_read': false,
    'evt.is_open_write': true,
    'evt.res': 'SUCCESS',
    'proc.name': 'bash',
    'proc.cmdline': 'bash /root/.ssh/authorized_keys',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It is read, as at each login.',
    change: { 'evt.is_open_write': false, 'evt.is_open_read': true },
  },
});
