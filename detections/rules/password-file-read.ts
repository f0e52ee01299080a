import { defineDetection } from './define.ts';

export const passwordFileRead = defineDetection({
  name: 'Password file read',
  source: 'syscall',
  severity: 'LOW',
  attack: [{ id: 'T1003.008', name: '/etc/passwd and /etc/shadow' }],
  description: 'Something that has nothing to do with logins read the hashes of passwords.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Agents of backup and audit: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1003/008/'],
  condition: `opens and evt.is_open_read = true and fd.name in (/etc/shadow, /etc/gshadow, /etc/master.passwd, /etc/sudoers, /etc/security/opasswd)
    and not proc.name in (sshd, sshd-session, login, su, sudo, passwd, chpasswd, useradd, usermod, userdel, groupadd, groupmod, groupdel, cron, crond, systemd, systemd-logind, unix_chkpwd, polkitd, newusers, pwck, dpkg, apt, apt-get, dnf, rpm, sssd, adduser, addgroup, vipw, shadowconfig, pwconv, chage, systemd-sysusers, systemd-userdb, systemd-userwork)`,
  output:
    'Password file read (file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'openat',
    'fd.name': '/etc/shadow',
    'fd.typechar': 'f',
    'evt.is_open_read': true,
    'evt.is_open_write': false,
    'evt.res': 'SUCCESS',
    'proc.name': 'cat',
    'proc.cmdline': 'cat /etc/shadow',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'A login is checked.',
    change: { 'proc.name': 'unix_chkpwd' },
  },
});
