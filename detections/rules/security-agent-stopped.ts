import { defineDetection } from './define.ts';

export const securityAgentStopped = defineDetection({
  name: 'Security agent stopped',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1562.001', name: 'Disable or Modify Tools' }],
  description: 'A command stops or kills what guards the node: audit, agents of security, the firewall, this sensor.',
  remediation: 'Start it again, and find out who stopped it.',
  falsePositives: 'Upgrades of the agent.',
  references: ['https://attack.mitre.org/techniques/T1562/001/'],
  condition: `starts and ((proc.name in (kill, pkill, killall) and proc.args contains anyof (falco, auditd, tetragon, portolan, mdatp, wdavdaemon, crowdstrike, falcon-sensor, osqueryd, wazuh, aliyun, cloudmonitor, sysdig, tracee, clamd))
      or (proc.name in (systemctl, service) and proc.args regex "(.* )?(stop|disable|mask|kill)( .*)?" and proc.args contains anyof (falco, auditd, tetragon, portolan, mdatp, falcon-sensor, osqueryd, wazuh, aliyun, clamav, apparmor, firewalld, ufw, fail2ban, rsyslog))
      or (proc.name = setenforce and proc.args startswith 0) or (proc.name = auditctl and proc.args regex "(-e 0|-D).*"))`,
  output:
    'Security agent stopped (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'pkill',
    'proc.exepath': '/usr/bin/pkill',
    'proc.cmdline': 'pkill -9 falco',
    'proc.args': '-9 falco',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': 'host',
    'k8s.pod.uid': '',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It stops a service of the application.',
    change: {
      'proc.name': 'pkill',
      'proc.exepath': '/usr/bin/pkill',
      'proc.cmdline': 'pkill -9 shop',
      'proc.args': '-9 shop',
    },
  },
});
