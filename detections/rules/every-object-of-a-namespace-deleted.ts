import { defineDetection } from './define.ts';

export const everyObjectOfANamespaceDeleted = defineDetection({
  name: 'Every object of a namespace deleted',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [{ id: 'T1485', name: 'Data Destruction' }],
  description:
    'Somebody deleted all volume claims, or all secrets, of a namespace in one request, or the volumes of the cluster.',
  remediation: 'Ask the user whether it was them; restore from backup.',
  falsePositives: 'Tests that clean up; suppress them by namespace.',
  references: ['https://attack.mitre.org/techniques/T1485/'],
  condition: `answered and ka.verb = deletecollection and succeeded and not system_actor
    and ka.target.resource in (persistentvolumeclaims, persistentvolumes, secrets, statefulsets, volumesnapshots, backups)`,
  output:
    'Every object of a namespace deleted (user=%ka.user.name kind=%ka.target.resource namespace=%ka.target.namespace)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a2f',
    stage: 'ResponseComplete',
    level: 'Metadata',
    verb: 'deletecollection',
    requestURI: '/api/v1/namespaces/shop/persistentvolumeclaims',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'persistentvolumeclaims', namespace: 'shop', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  },
  nearMiss: {
    because: 'One object was deleted, by name.',
    change: {
      verb: 'delete',
      objectRef: { resource: 'persistentvolumeclaims', namespace: 'shop', name: 'data-0', apiVersion: 'v1' },
      requestURI: '/api/v1/namespaces/shop/persistentvolumeclaims/data-0',
    },
  },
});
