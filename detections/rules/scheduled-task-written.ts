import { defineDetection } from './define.ts';

export const scheduledTaskWritten = defineDetection({
  name: 'Scheduled task written',
  source: 'syscall',
  severity: 'LOW',
  attack: [{ id: 'T1053.003', name: 'Cron' }],
  description: 'A file was written that makes cron run a command: a way to come back.',
  remediation: 'Look at what it runs, and remove it unless somebody answers for it.',
  falsePositives: 'Installing packages, and configuration management.',
  references: ['https://attack.mitre.org/techniques/T1053/003/'],
  condition:
    'opens and evt.is_open_write = true and (fd.name pmatch (/etc/cron.d, /etc/cron.daily, /etc/cron.hourly, /etc/cron.weekly, /etc/cron.monthly, /var/spool/cron) or fd.name = /etc/crontab) and not proc.name in (dpkg, apt, apt-get, rpm, dnf, yum, crontab, cloud-init, puppet, chef-client)',
  output:
    'Scheduled task written (file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'openat',
    'fd.name': '/etc/cron.d/update',
    'fd.typechar': 'f',
    'evt.is_open_read': false,
    'evt.is_open_write': true,
    'evt.res': 'SUCCESS',
    'proc.name': 'sh',
    'proc.cmdline': 'sh /etc/cron.d/update',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'A package brings it.',
    change: { 'proc.name': 'dpkg' },
  },
});
