import { type Ask, review } from './ask.ts';
import { type DerivedEdge, defineEdge } from './define.ts';
import { grantOf, ruleEvidence } from './rights.ts';

/** The kubelet takes an exec as POST (create), and over WebSocket as GET. */
const verbs = ['create', 'get'];

export const nodesProxy = defineEdge({
  name: 'NODES_PROXY',
  class: 'technique',
  attack: [{ id: 'T1609', name: 'Container Administration Command' }],
  from: ['PermissionSet'],
  to: ['Pod'],
  difficulty: 2,
  summary: 'Runs commands in every pod of a node through its kubelet, past admission and the audit log.',
  precondition:
    'create or get on nodes/proxy, cluster-wide; resourceNames are names of nodes; a pod that is not bound to a node yet may come to any. The check for create on WebSocket requests of Kubernetes 1.35 does not cover nodes/proxy; nodes/metrics, nodes/log and the like do not suffice. Not modelled: whether the port of the kubelet can be reached; the API server relays as well.',
  remediation: 'Grant nodes/metrics, nodes/stats, nodes/log or nodes/healthz instead of nodes/proxy.',
  references: [
    'https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/#kubelet-authorization',
    'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes',
  ],
  asks: (pod, read): readonly (readonly Ask[])[] =>
    verbs.flatMap((verb): readonly (readonly Ask[])[] => {
      const nodes = read.out(pod.ref, 'RUNS_ON').flatMap((node) => read.node('Node', node) ?? []);
      return nodes.length === 0
        ? [[review(verb, 'nodes/proxy')]]
        : nodes.map(({ name }) => [review(verb, 'nodes/proxy', { name })]);
    }),
  derive: {
    *PermissionSet(set, read): Iterable<DerivedEdge> {
      if (set.properties.scope != null) return;
      for (const verb of verbs) {
        const grant = grantOf(set.properties.rules ?? [], { verb, group: '', resource: 'nodes/proxy' });
        if (!grant) continue;
        if (grant.all.length > 0) {
          yield { from: set.ref, to: { members: 'Pod', namespace: null }, evidence: ruleEvidence(set, grant.all) };
        }
        for (const [name, rules] of grant.named) {
          for (const node of read.named('Node', name)) {
            for (const pod of read.in(node, 'RUNS_ON')) {
              yield { from: set.ref, to: pod, evidence: ruleEvidence(set, rules) };
            }
          }
        }
      }
    },
  },
});
