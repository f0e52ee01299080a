import { defineDetection } from './define.ts';

export const cloudMetadataAskedFromAContainer = defineDetection({
  name: 'Cloud metadata asked from a container',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1552.005', name: 'Cloud Instance Metadata API' }],
  description:
    'A shell, an interpreter or a plain tool in a container spoke to the metadata service of the cloud, which hands out the credentials of the node.',
  remediation:
    "Keep pods from the metadata service by a network policy (and a hop limit of one); give workloads identities of their own. Take the node's credentials for stolen.",
  falsePositives: 'Agents of the cloud: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1552/005/'],
  condition:
    'connects and in_container and fd.typechar in (4, 6) and fd.sip in ("169.254.169.254", "169.254.170.2", "fd00:ec2::254", "168.63.129.16") and (shell or downloader or interpreter or plain_reader)',
  output:
    'Cloud metadata asked from a container (connection=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'connect',
    'fd.typechar': '4',
    'fd.name': '10.0.0.5:40000->169.254.169.254:80',
    'fd.rip': '169.254.169.254',
    'fd.sip': '169.254.169.254',
    'fd.rport': 80,
    'fd.sport': 80,
    'fd.l4proto': 'tcp',
    'proc.name': 'curl',
    'proc.cmdline': 'curl',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It is an agent of the cloud.',
    change: { 'proc.name': 'aws-node', 'proc.cmdline': 'aws-node' },
  },
});
