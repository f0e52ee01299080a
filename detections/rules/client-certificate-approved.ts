import { defineDetection } from './define.ts';

export const clientCertificateApproved = defineDetection({
  name: 'Client certificate approved',
  source: 'k8s_audit',
  severity: 'MEDIUM',
  attack: [
    { id: 'T1098', name: 'Account Manipulation' },
    { id: 'T1649', name: 'Steal or Forge Authentication Certificates' },
  ],
  description:
    'Somebody approved a certificate by which a client logs in to the API server. It cannot be revoked before it expires: an attacker who may approve becomes whomever the request names.',
  remediation: 'Find the request, and whose name is in it. Remove the rights of that name if nobody answers for it.',
  falsePositives: "Administrators who hand out certificates so; the approvers of kubelets' certificates do not count.",
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/'],
  condition: `answered and writes and succeeded and ka.target.resource = certificatesigningrequests and ka.target.subresource = approval
    and not system_actor`,
  output: 'Client certificate approved (user=%ka.user.name request=%ka.target.name)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a26',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'update',
    requestURI: '/apis/certificates.k8s.io/v1/certificatesigningrequests/mallory/approval',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: {
      resource: 'certificatesigningrequests',
      name: 'mallory',
      apiGroup: 'certificates.k8s.io',
      apiVersion: 'v1',
      subresource: 'approval',
    },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'CertificateSigningRequest',
      metadata: { name: 'mallory' },
      spec: { signerName: 'kubernetes.io/kube-apiserver-client' },
      status: { conditions: [{ type: 'Approved', status: 'True' }] },
    },
  },
  nearMiss: {
    because: 'The controller approves the certificate of a kubelet.',
    change: {
      user: {
        username: 'system:serviceaccount:kube-system:certificate-controller',
        groups: ['system:serviceaccounts'],
      },
    },
  },
});
