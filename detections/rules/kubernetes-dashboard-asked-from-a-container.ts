import { defineDetection } from './define.ts';

export const kubernetesDashboardAskedFromAContainer = defineDetection({
  name: 'Kubernetes dashboard asked from a container',
  source: 'syscall',
  severity: 'MEDIUM',
  attack: [{ id: 'T1613', name: 'Container and Resource Discovery' }],
  description:
    'A command in a container spoke to the dashboard of the cluster, which acts with rights of its own for whoever gets past its login.',
  remediation:
    'Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in. Restrict who reaches the dashboard by a network policy.',
  falsePositives: 'Checks of its health.',
  references: ['https://attack.mitre.org/techniques/T1613/'],
  condition:
    'starts and in_container and downloader and proc.cmdline contains anyof (kubernetes-dashboard, dashboard.kubernetes)',
  output:
    'Kubernetes dashboard asked from a container (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'curl',
    'proc.exepath': '/usr/bin/curl',
    'proc.cmdline': 'curl -k https://kubernetes-dashboard.kubernetes-dashboard.svc/api/v1/login',
    'proc.args': '-k https://kubernetes-dashboard.kubernetes-dashboard.svc/api/v1/login',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It asks for its own health.',
    change: {
      'proc.name': 'curl',
      'proc.exepath': '/usr/bin/curl',
      'proc.cmdline': 'curl http://localhost:8080/healthz',
      'proc.args': 'http://localhost:8080/healthz',
    },
  },
});
