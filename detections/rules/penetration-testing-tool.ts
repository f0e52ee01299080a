import { defineDetection } from './define.ts';

export const penetrationTestingTool = defineDetection({
  name: 'Penetration testing tool',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1613', name: 'Container and Resource Discovery' },
    { id: 'T1046', name: 'Network Service Discovery' },
  ],
  description:
    'A tool that looks for ways to attack Kubernetes asked the API server, by the name that it gives itself, or was started as a container.',
  remediation:
    'If no test was announced, revoke the credentials that it used, or delete the workload; look at what else they did.',
  falsePositives: 'Penetration tests, and scanners in a pipeline: suppress them by user for the time of the test.',
  references: ['https://attack.mitre.org/techniques/T1613/'],
  condition: `answered and (ka.useragent icontains anyof (kube-hunter, kubehound, peirates, kubesploit, kdigger, kubeletctl, botb, deepce, rakkess, kube-bench, amicontained, stratus-red-team, ice-kube, icekube, red-kube)
      or (writes and succeeded and ka.target.resource in (pods, deployments, daemonsets, statefulsets, replicasets, jobs, cronjobs, replicationcontrollers)
        and ka.req.pod.containers.image.repository intersects (aquasec/kube-hunter, cyberark/kubeletctl, quarkslab/kdigger, bustakube/alpine-peirates, inguardians/peirates, madhuakula/hacker-container, securekubernetes/badpods, raesene/alpine-containertools)))`,
  output:
    'Penetration testing tool (user=%ka.user.name agent=%ka.useragent verb=%ka.verb resource=%ka.target.resource name=%ka.target.name address=%ka.sourceips)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a1a',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'list',
    requestURI: '/api/v1/pods',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'pods', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    userAgent: 'kube-hunter/0.6.8',
  },
  nearMiss: {
    because: "kubectl is everybody's tool.",
    change: { userAgent: 'kubectl/v1.36.0 (linux/amd64) kubernetes/abcdef0' },
  },
});
