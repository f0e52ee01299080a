import { defineDetection } from './define.ts';

export const miningImageStarted = defineDetection({
  name: 'Mining image started',
  source: 'k8s_audit',
  severity: 'HIGH',
  attack: [{ id: 'T1496.001', name: 'Compute Hijacking' }],
  description: 'The image of a container is one that mines digital currency, or is named so.',
  remediation: 'Delete the workload, and find out whose credentials started it: they are stolen, or misused.',
  falsePositives: 'Research into miners.',
  references: ['https://attack.mitre.org/techniques/T1496/001/'],
  condition: `answered and starts_workload and succeeded and (ka.req.pod.containers.image.repository intersects (kannix/monero-miner, metal3d/xmrig, miningcontainers/xmrig, minerstat/xmrig, servethehome/monero_cpu_minergate, cniweb/xmrig, giansalex/monero-miner, kaspanet/kaspad, alpeware/chainwebnode)
      or jevt.value[/requestObject] regex "(?s).*\\"image\\":\\"[^\\"]*(xmrig|monero|minergate|cryptonight|ethminer|nicehash|coinhive|lolminer|t-rex-miner|nbminer)[^\\"]*\\".*")`,
  output:
    'Mining image started (pod=%ka.target.name namespace=%ka.target.namespace user=%ka.user.name images=%ka.req.pod.containers.image)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a19',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/api/v1/namespaces/shop/pods',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'pods', namespace: 'shop', name: 'job-1', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'job-1', namespace: 'shop' },
      spec: { containers: [{ name: 'main', image: 'docker.io/metal3d/xmrig:latest' }] },
    },
  },
  nearMiss: {
    because: 'It is an image of the company that has nothing of the kind in its name.',
    change: {
      requestObject: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { name: 'job-1', namespace: 'shop' },
        spec: { containers: [{ name: 'main', image: 'registry.example.com/app:1.2' }] },
      },
    },
  },
});
