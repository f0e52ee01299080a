import { defineDetection } from './define.ts';

export const timestampOfAFileForged = defineDetection({
  name: 'Timestamp of a file forged',
  source: 'syscall',
  severity: 'LOW',
  attack: [{ id: 'T1070.006', name: 'Timestomp' }],
  description:
    'touch gave a file the time of another, or one of the past, so that it looks as if it had always been there.',
  remediation: 'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Builds that want to be reproducible.',
  references: ['https://attack.mitre.org/techniques/T1070/006/'],
  condition:
    'starts and proc.name = touch and proc.args regex "(.* )?(-[a-z]*[rtd]|--reference|--date)[ =].*" and proc.args contains anyof (/bin/, /sbin/, /etc/, /usr/, /lib/, /tmp/, /root/, /var/)',
  output:
    'Timestamp of a file forged (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'touch',
    'proc.exepath': '/usr/bin/touch',
    'proc.cmdline': 'touch -r /bin/ls /tmp/.x',
    'proc.args': '-r /bin/ls /tmp/.x',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'A file is made.',
    change: {
      'proc.name': 'touch',
      'proc.exepath': '/usr/bin/touch',
      'proc.cmdline': 'touch /tmp/ready',
      'proc.args': '/tmp/ready',
    },
  },
});
