import type { NodeFact } from '../model/observation.ts';
import { ref } from '../model/ref.ts';
import { because, type Derived, defineEdge, fact } from './define.ts';

/** What a namespace gives to whoever holds it goes by a name that no binding can have. */
export const everythingWithin = 'ClusterRole/cluster-admin';

export const namespaceAdmin = defineEdge({
  name: 'NAMESPACE_ADMIN',
  class: 'link',
  attack: [],
  from: ['Namespace'],
  to: ['PermissionSet'],
  difficulty: 0,
  summary: 'Whoever has taken a namespace holds every right within it.',
  precondition: 'Some edge leads to the namespace, such as ROLE_BIND_NAMESPACE.',
  remediation: 'Remove the edges that lead to the namespace.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles'],
  derive: {
    *Namespace(namespace, read): Iterable<Derived> {
      const ways = ['ROLE_BIND_NAMESPACE', 'ESCALATE', 'TARGET_MEMBER'];
      if (ways.every((way) => read.in(namespace.ref, way).length === 0)) return;
      const everything: NodeFact<'PermissionSet'> = {
        kind: 'PermissionSet',
        uid: null,
        namespace: namespace.name,
        name: everythingWithin,
        properties: {
          rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [] }],
          scope: namespace.name,
          role: ref('Role', null, 'cluster-admin'),
          binding: null,
        },
      };
      yield { node: everything };
      const to = ref('PermissionSet', namespace.name, everythingWithin);
      yield { from: namespace.ref, to, evidence: because(fact(namespace.ref, 'metadata.name')) };
    },
  },
});
