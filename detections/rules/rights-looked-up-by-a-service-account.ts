import { defineDetection } from './define.ts';

export const rightsLookedUpByAServiceAccount = defineDetection({
  name: 'Rights looked up by a service account',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [
    { id: 'T1069', name: 'Permission Groups Discovery' },
    { id: 'T1613', name: 'Container and Resource Discovery' },
  ],
  description:
    'A service account asked what it may do, as kubectl auth can-i --list does. Programs know what they may do; somebody who has stolen a token does not.',
  remediation: 'Find the pod from which it was asked, by the address, and look at what runs there.',
  falsePositives: 'Dashboards and operators that show rights: suppress them by user.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access'],
  condition:
    'answered and ka.verb = create and succeeded and ka.target.resource = selfsubjectrulesreviews and ka.actor.kind = serviceaccount and not system_actor',
  output: 'Rights looked up by a service account (user=%ka.user.name address=%ka.sourceips agent=%ka.useragent)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a27',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    user: {
      username: 'system:serviceaccount:shop:web',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'selfsubjectrulesreviews', apiGroup: 'authorization.k8s.io', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: { kind: 'SelfSubjectRulesReview', spec: { namespace: 'shop' } },
  },
  nearMiss: {
    because: 'A person asked.',
    change: { user: { username: 'alice', groups: ['system:authenticated'] } },
  },
});
