import { defineDetection } from './define.ts';

export const corednsConfigurationChanged = defineDetection({
  name: 'CoreDNS configuration changed',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [
    { id: 'T1557', name: 'Adversary-in-the-Middle' },
    { id: 'T1565.001', name: 'Stored Data Manipulation' },
  ],
  description:
    'Somebody changed what the DNS server of the cluster answers. Whoever rewrites a name there receives the traffic that was meant for it.',
  remediation:
    'Compare the Corefile with the one that was installed; look for rewrite, hosts and forward lines that nobody knows.',
  falsePositives: 'Upgrades of the cluster, and administrators who add a zone.',
  references: ['https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/'],
  condition: `answered and (writes or ka.verb = delete) and succeeded and ka.target.resource = configmaps and ka.target.namespace = kube-system
    and ka.target.name in (coredns, coredns-custom, kube-dns, node-local-dns) and not system_actor`,
  output: 'CoreDNS configuration changed (user=%ka.user.name verb=%ka.verb configmap=%ka.target.name)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a0e',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'update',
    requestURI: '/api/v1/namespaces/kube-system/configmaps/coredns',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'configmaps', namespace: 'kube-system', name: 'coredns', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'ConfigMap',
      metadata: { name: 'coredns' },
      data: { Corefile: '.:53 { rewrite name db.shop.svc.cluster.local evil.example.com }' },
    },
  },
  nearMiss: {
    because: 'It is a ConfigMap of that name in another namespace, which CoreDNS does not read.',
    change: {
      objectRef: { resource: 'configmaps', namespace: 'shop', name: 'coredns', apiVersion: 'v1' },
      requestURI: '/api/v1/namespaces/shop/configmaps/coredns',
    },
  },
});
