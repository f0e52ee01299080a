import { defineDetection } from './define.ts';

export const startupOfANodeChanged = defineDetection({
  name: 'Startup of a node changed',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1543.002', name: 'Systemd Service' },
    { id: 'T1037', name: 'Boot or Logon Initialization Scripts' },
  ],
  description:
    'A unit of systemd, a static pod, or a script that runs at login was written by a shell or by a container.',
  remediation:
    'Look at what it runs, and remove it unless somebody answers for it. If a container wrote it, take the node for compromised.',
  falsePositives: 'Setting up a node.',
  references: ['https://attack.mitre.org/techniques/T1543/002/'],
  condition: `opens and evt.is_open_write = true and (shell or plain_reader or copier or downloader or interpreter or in_container)
    and (fd.name pmatch (/etc/systemd/system, /usr/lib/systemd/system, /etc/kubernetes/manifests, /etc/init.d, /etc/profile.d) or fd.name in (/etc/rc.local, /etc/profile, /etc/bash.bashrc) or fd.name regex ".*/etc/(systemd/system|kubernetes/manifests)/.*")`,
  output:
    'Startup of a node changed (file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'openat',
    'fd.name': '/etc/kubernetes/manifests/helper.yaml',
    'fd.typechar': 'f',
    'evt.is_open_read': false,
    'evt.is_open_write': true,
    'evt.res': 'SUCCESS',
    'proc.name': 'tee',
    'proc.cmdline': 'tee /etc/kubernetes/manifests/helper.yaml',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': 'host',
    'k8s.pod.uid': '',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It is read.',
    change: { 'evt.is_open_write': false, 'evt.is_open_read': true },
  },
});
