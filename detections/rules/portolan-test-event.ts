import { defineDetection } from './define.ts';

export const portolanTestEvent = defineDetection({
  name: 'Portolan test event',
  source: 'syscall',
  severity: 'INFORMATIONAL',
  attack: [{ id: 'T1204', name: 'User Execution' }],
  description: 'Somebody ran the command by which the way from a node to an alert is tried out. It is harmless.',
  remediation: 'Nothing.',
  falsePositives: 'It always is a test.',
  references: ['https://attack.mitre.org/techniques/T1204/'],
  condition: 'starts and proc.cmdline contains portolan-test-detection',
  output:
    'Portolan test event (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'echo',
    'proc.exepath': '/usr/bin/echo',
    'proc.cmdline': 'echo portolan-test-detection',
    'proc.args': 'portolan-test-detection',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It says something else.',
    change: {
      'proc.name': 'echo',
      'proc.exepath': '/usr/bin/echo',
      'proc.cmdline': 'echo hello',
      'proc.args': 'hello',
    },
  },
});
