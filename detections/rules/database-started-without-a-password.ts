import { defineDetection } from './define.ts';

export const databaseStartedWithoutAPassword = defineDetection({
  name: 'Database started without a password',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1133', name: 'External Remote Services' },
    { id: 'T1078.001', name: 'Default Accounts' },
  ],
  description:
    'A pod was told to let everybody into its database who connects: trust authentication of PostgreSQL, or an empty password. Whoever reaches its port, reaches the data, and with PostgreSQL commands on the machine.',
  remediation: 'Set a password, from a Secret. Restrict who reaches the pod by a network policy.',
  falsePositives: 'Databases of tests that live for minutes: suppress them by namespace.',
  references: ['https://www.postgresql.org/docs/current/auth-trust.html'],
  condition: `answered and starts_workload and succeeded and (jevt.value[/requestObject] contains anyof ('"name":"POSTGRES_HOST_AUTH_METHOD","value":"trust"', '"name":"MYSQL_ALLOW_EMPTY_PASSWORD","value":"', '"name":"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD","value":"', '"name":"ALLOW_EMPTY_PASSWORD","value":"yes"'))`,
  output:
    'Database started without a password (user=%ka.user.name workload=%ka.target.name namespace=%ka.target.namespace images=%ka.req.pod.containers.image)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a15',
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
      spec: {
        containers: [
          { name: 'main', image: 'postgres:17', env: [{ name: 'POSTGRES_HOST_AUTH_METHOD', value: 'trust' }] },
        ],
      },
    },
  },
  nearMiss: {
    because: 'It asks for a password.',
    change: {
      requestObject: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { name: 'job-1', namespace: 'shop' },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'postgres:17',
              env: [{ name: 'POSTGRES_HOST_AUTH_METHOD', value: 'scram-sha-256' }],
            },
          ],
        },
      },
    },
  },
});
