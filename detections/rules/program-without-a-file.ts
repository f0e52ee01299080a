import { defineDetection } from './define.ts';

export const programWithoutAFile = defineDetection({
  name: 'Program without a file',
  source: 'syscall',
  severity: 'CRITICAL',
  attack: [{ id: 'T1620', name: 'Reflective Code Loading' }],
  description:
    'In a container, a program was started from memory (memfd_create) rather than from a file: no scanner of images or disks sees it. Malware does so to leave no trace, and to run where the file system is read-only.',
  remediation:
    'Keep the pod for evidence (/proc/PID/exe still holds the program), isolate it, and find how the code came in. Replace the pod and what its credentials opened.',
  falsePositives:
    'runc copies itself into memory before it enters a container, which is left out; some packers and JITs do, too.',
  references: [
    'https://man7.org/linux/man-pages/man2/memfd_create.2.html',
    'https://nvd.nist.gov/vuln/detail/CVE-2019-5736',
  ],
  condition: `starts and in_container and proc.is_exe_from_memfd = true
    and not (proc.name startswith runc and proc.pname in (runc, containerd-shim, containerd-shim-runc-v2))`,
  output:
    'Program without a file (command=%proc.cmdline path=%proc.exepath parent=%proc.pname parent_command=%proc.pcmdline container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'proc.name': '3',
    'proc.cmdline': '3 --quiet',
    'proc.exepath': 'memfd:x (deleted)',
    'proc.is_exe_from_memfd': true,
    'proc.pname': 'python3',
    'proc.pcmdline': 'python3 -c import os',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'app',
  },
  nearMiss: {
    because: 'It was started from a file.',
    change: { 'proc.is_exe_from_memfd': false, 'proc.exepath': '/usr/bin/3' },
  },
});
