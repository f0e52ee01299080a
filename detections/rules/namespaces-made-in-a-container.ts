import { defineDetection } from './define.ts';

export const namespacesMadeInAContainer = defineDetection({
  name: 'Namespaces made in a container',
  source: 'syscall',
  severity: 'LOW',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  description:
    'A process in a container made a user namespace, or entered namespaces of another process: in there it has capabilities, with which flaws of the kernel are reached.',
  remediation:
    'Forbid it by a seccomp profile (RuntimeDefault does). Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Browsers, and tools that build images without root: suppress them by image.',
  references: ['https://man7.org/linux/man-pages/man7/user_namespaces.7.html'],
  condition: `in_container and ((evt.type in (unshare, clone, clone3) and evt.arg.flags contains CLONE_NEWUSER) or evt.type = setns or (starts and proc.name in (unshare, nsenter, bwrap)))
    and not proc.name startswith runc and not proc.name in (runc, crun, buildkitd, chrome, chromium, containerd-shim)`,
  output:
    'Namespaces made in a container (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'unshare',
    'evt.arg.flags': 'CLONE_NEWUSER|CLONE_NEWNS',
    'proc.name': 'exploit',
    'proc.cmdline': 'exploit',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It is a browser, which shuts its pages in so.',
    change: { 'proc.name': 'chrome', 'proc.cmdline': 'chrome --type=renderer' },
  },
});
