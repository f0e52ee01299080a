import { defineDetection } from './define.ts';

export const systemLogRemoved = defineDetection({
  name: 'System log removed',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1070.002', name: 'Clear Linux or Mac System Logs' }],
  description: 'A log of the system was deleted or emptied by something other than what rotates logs.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Scripts that free space: let logrotate do it.',
  references: ['https://attack.mitre.org/techniques/T1070/002/'],
  condition: `((evt.type in (unlink, unlinkat) and system_log) or (opens and evt.is_open_write = true and evt.arg.flags contains O_TRUNC and system_log)
      or (starts and proc.name in (rm, shred, truncate) and proc.args contains anyof (/var/log/auth, /var/log/syslog, /var/log/messages, /var/log/secure, /var/log/wtmp, /var/log/btmp, /var/log/audit, /var/log/kube)))
    and not proc.name in (logrotate, rsyslogd, systemd-journal, systemd-journald, auditd, savelog, kubelet, dpkg)`,
  output:
    'System log removed (file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'unlinkat',
    'fd.name': '/var/log/auth.log',
    'evt.arg.path': '/var/log/auth.log',
    'proc.name': 'rm',
    'proc.cmdline': 'rm /var/log/auth.log',
    'proc.args': '/var/log/auth.log',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': 'host',
    'k8s.pod.uid': '',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'Logs are rotated.',
    change: {
      'proc.name': 'logrotate',
      'proc.cmdline': 'logrotate /etc/logrotate.conf',
      'proc.args': '/etc/logrotate.conf',
    },
  },
});
