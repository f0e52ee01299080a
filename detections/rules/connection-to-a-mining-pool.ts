import { defineDetection } from './define.ts';

export const connectionToAMiningPool = defineDetection({
  name: 'Connection to a mining pool',
  source: 'syscall',
  severity: 'HIGH',
  attack: [
    { id: 'T1496.001', name: 'Compute Hijacking' },
    { id: 'T1071', name: 'Application Layer Protocol' },
  ],
  description: 'A container connected to a port that mining pools use, and hardly anything else.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Programs of your own on these ports: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1496/001/'],
  condition: `connects and in_container and fd.typechar in (4, 6) and fd.rport in (3333, 3334, 4444, 5555, 7777, 14433, 14444, 45560, 45700)
    and not fd.net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10")
    and (proc.is_exe_upper_layer = true or proc.exepath pmatch (/tmp, /var/tmp, /dev/shm) or proc.name in (xmrig, minerd, cpuminer, kdevtmpfsi))`,
  output:
    'Connection to a mining pool (connection=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'connect',
    'fd.typechar': '4',
    'fd.name': '10.0.0.5:40000->203.0.113.7:3333',
    'fd.rip': '203.0.113.7',
    'fd.sip': '203.0.113.7',
    'fd.rport': 3333,
    'fd.sport': 3333,
    'fd.l4proto': 'tcp',
    'proc.name': 'xmrig',
    'proc.cmdline': 'xmrig',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
    'proc.exepath': '/tmp/xmrig',
  },
  nearMiss: {
    because: 'It is a program of the image that speaks to such a port.',
    change: { 'proc.name': 'java', 'proc.exepath': '/usr/bin/java' },
  },
});
