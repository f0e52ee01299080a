import { defineDetection } from './define.ts';

export const apiServerAskedByACommandLineTool = defineDetection({
  name: 'API server asked by a command line tool',
  source: 'syscall',
  severity: 'LOW',
  attack: [
    { id: 'T1613', name: 'Container and Resource Discovery' },
    { id: 'T1552.007', name: 'Container API' },
  ],
  description: 'In a container, kubectl was run, or curl with the token of the pod: programs use a library.',
  remediation:
    'Find out what was asked: in the audit log, by the name of the account. Isolate the pod by a network policy, keep it for evidence, and find out how somebody came in.',
  falsePositives: 'Jobs that use kubectl on purpose: suppress them by image.',
  references: ['https://attack.mitre.org/techniques/T1613/'],
  condition:
    'starts and in_container and (proc.name in (kubectl, oc, helm, k9s, kubens, kubectx) or (downloader and proc.cmdline contains anyof (kubernetes.default, KUBERNETES_SERVICE_HOST, /api/v1/, /apis/, serviceaccount/token, "Authorization: Bearer")))',
  output:
    'API server asked by a command line tool (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'kubectl',
    'proc.exepath': '/usr/bin/kubectl',
    'proc.cmdline': 'kubectl get secrets -A',
    'proc.args': 'get secrets -A',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': '0123456789ab',
    'k8s.pod.uid': '3f2b8a52-7c1d-4a57-9f0a-0d6c2f1f9a10',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'It fetches a page.',
    change: {
      'proc.name': 'curl',
      'proc.exepath': '/usr/bin/curl',
      'proc.cmdline': 'curl https://example.com/',
      'proc.args': 'https://example.com/',
    },
  },
});
