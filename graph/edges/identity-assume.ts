import type { NodeFact } from '../model/observation.ts';
import { ref } from '../model/ref.ts';
import { because, type Derived, defineEdge, fact } from './define.ts';
import { heldTokens } from './held-tokens.ts';
import { runningPodOf } from './pods.ts';

/** A foothold becomes the identity whose credentials lie there. */
export const identityAssume = defineEdge({
  name: 'IDENTITY_ASSUME',
  class: 'technique',
  attack: [{ id: 'T1078', name: 'Valid Accounts' }],
  from: ['Container', 'Node'],
  to: ['ServiceAccount', 'User'],
  difficulty: 1,
  summary:
    'Reads the credentials that lie there, a mounted token or the certificate of a kubelet, and acts as their owner.',
  precondition:
    'From a container: a token of its service account for this API server is really mounted, or in a manifest the automount settings of pod and service account will mount one. From a node: always, as system:node:<name>.',
  remediation:
    'Set automountServiceAccountToken: false where the API is not called, and give such pods a service account without rights.',
  references: [
    'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting',
    'https://kubernetes.io/docs/reference/access-authn-authz/node/',
  ],
  derive: {
    *Container(container, read): Iterable<Derived> {
      const pod = runningPodOf(container, read);
      if (!pod) return;
      for (const { account, where } of heldTokens(container, pod, read)) {
        yield { from: container.ref, to: account, evidence: because(where) };
      }
    },
    *Node(node): Iterable<Derived> {
      const user: NodeFact<'User'> = {
        kind: 'User',
        uid: null,
        namespace: null,
        name: `system:node:${node.name}`,
        properties: {},
      };
      yield { node: user };
      yield { from: node.ref, to: ref('User', null, user.name), evidence: because(fact(node.ref, 'metadata.name')) };
    },
  },
});
