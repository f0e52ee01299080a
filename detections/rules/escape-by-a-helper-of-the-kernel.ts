import { defineDetection } from './define.ts';

export const escapeByAHelperOfTheKernel = defineDetection({
  name: 'Escape by a helper of the kernel',
  source: 'syscall',
  severity: 'HIGH',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  description:
    'A process in a container wrote one of the files that name a program which the kernel runs as root on the node: core_pattern, release_agent, modprobe, uevent_helper.',
  remediation: 'Take the node for compromised: drain and replace it.',
  falsePositives: 'None that we know of.',
  references: ['https://attack.mitre.org/techniques/T1611/'],
  condition:
    'opens and in_container and evt.is_open_write = true and (fd.name in (/proc/sys/kernel/core_pattern, /proc/sys/kernel/modprobe, /sys/kernel/uevent_helper, /proc/sys/fs/binfmt_misc/register) or fd.name endswith /release_agent)',
  output:
    'Escape by a helper of the kernel (file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'openat',
    'fd.name': '/proc/sys/kernel/core_pattern',
    'fd.typechar': 'f',
    'evt.is_open_read': false,
    'evt.is_open_write': true,
    'evt.res': 'SUCCESS',
    'proc.name': 'sh',
    'proc.cmdline': 'sh /proc/sys/kernel/core_pattern',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It is read.',
    change: { 'evt.is_open_write': false, 'evt.is_open_read': true },
  },
});
