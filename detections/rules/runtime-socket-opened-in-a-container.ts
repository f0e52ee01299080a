import { defineDetection } from './define.ts';

export const runtimeSocketOpenedInAContainer = defineDetection({
  name: 'Runtime socket opened in a container',
  source: 'syscall',
  severity: 'HIGH',
  attack: [
    { id: 'T1611', name: 'Escape to Host' },
    { id: 'T1610', name: 'Deploy Container' },
  ],
  description:
    "A process in a container connected to the socket of its node's container runtime. Whoever speaks to that starts privileged containers, and is root on the node.",
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Take the socket out of the pod.',
  falsePositives: 'Agents that list containers by it: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1611/'],
  condition:
    'connects and in_container and fd.typechar = u and fd.name contains anyof (docker.sock, containerd.sock, crio.sock, cri-dockerd.sock, podman.sock)',
  output:
    'Runtime socket opened in a container (connection=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'connect',
    'fd.typechar': 'u',
    'fd.name': '/var/run/docker.sock',
    'proc.name': 'docker',
    'proc.cmdline': 'docker ps',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It speaks to the system log.',
    change: { 'fd.name': '/dev/log' },
  },
});
