import { defineDetection } from './define.ts';

export const libraryPreloadedIntoEveryProgram = defineDetection({
  name: 'Library preloaded into every program',
  source: 'syscall',
  severity: 'HIGH',
  attack: [{ id: 'T1574.006', name: 'Dynamic Linker Hijacking' }],
  description:
    'The file was written that makes the linker load a library into every program: rootkits and miners hide so.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Tools that measure programs: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1574/006/'],
  condition:
    'opens and evt.is_open_write = true and (fd.name in (/etc/ld.so.preload, /host/etc/ld.so.preload) or fd.name glob "/*/etc/ld.so.preload")',
  output:
    'Library preloaded into every program (file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'openat',
    'fd.name': '/etc/ld.so.preload',
    'fd.typechar': 'f',
    'evt.is_open_read': false,
    'evt.is_open_write': true,
    'evt.res': 'SUCCESS',
    'proc.name': 'sh',
    'proc.cmdline': 'sh /etc/ld.so.preload',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'The cache of the linker is written, as by ldconfig.',
    change: { 'fd.name': '/etc/ld.so.cache~', 'proc.name': 'ldconfig' },
  },
});
