import { defineDetection } from './define.ts';

export const programThatIsNotOfTheImage = defineDetection({
  name: 'Program that is not of the image',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1105', name: 'Ingress Tool Transfer' },
    { id: 'T1204.003', name: 'Malicious Image' },
  ],
  description:
    'A program was run whose file was written after the container started: it was not in the image that was checked and signed.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Make the root file system of the container read-only.',
  falsePositives: 'Package managers and programs that update themselves: suppress them by image.',
  references: ['https://docs.kernel.org/filesystems/overlayfs.html'],
  condition:
    'starts and in_container and proc.is_exe_upper_layer = true and not proc.pname in (apt, apt-get, dpkg, dnf, yum, rpm, apk, pip, pip3, npm, go, cargo, make)',
  output:
    'Program that is not of the image (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'helper',
    'proc.exepath': '/app/helper',
    'proc.cmdline': '/app/helper',
    'proc.args': '',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
    'proc.is_exe_upper_layer': true,
  },
  nearMiss: {
    because: 'It is a program of the image.',
    change: { 'proc.is_exe_upper_layer': false },
  },
});
