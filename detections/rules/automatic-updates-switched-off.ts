import { defineDetection } from './define.ts';

export const automaticUpdatesSwitchedOff = defineDetection({
  name: 'Automatic updates switched off',
  source: 'syscall',
  severity: 'INFORMATIONAL',
  attack: [{ id: 'T1562.001', name: 'Disable or Modify Tools' }],
  description: 'The timers or services were stopped that install security updates: known holes stay open.',
  remediation: 'Switch them on again, unless nodes are replaced to update them.',
  falsePositives: 'Images of nodes that are replaced instead of updated.',
  references: ['https://attack.mitre.org/techniques/T1562/001/'],
  condition:
    'starts and proc.name = systemctl and proc.args regex "(.* )?(stop|disable|mask)( .*)?" and proc.args contains anyof (apt-daily, apt-daily-upgrade, unattended-upgrades, dnf-automatic, yum-cron)',
  output:
    'Automatic updates switched off (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'systemctl',
    'proc.exepath': '/usr/bin/systemctl',
    'proc.cmdline': 'systemctl stop apt-daily-upgrade.timer',
    'proc.args': 'stop apt-daily-upgrade.timer',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': 'host',
    'k8s.pod.uid': '',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'The status is asked for.',
    change: {
      'proc.name': 'systemctl',
      'proc.exepath': '/usr/bin/systemctl',
      'proc.cmdline': 'systemctl status apt-daily-upgrade.timer',
      'proc.args': 'status apt-daily-upgrade.timer',
    },
  },
});
