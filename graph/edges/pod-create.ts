import { ref } from '../model/ref.ts';
import { type Ask, review } from './ask.ts';
import { type DerivedEdge, defineEdge, fact } from './define.ts';
import { anyTakesNewPrivileged, takesNewPrivileged } from './pod-security.ts';
import { grantOf, ruleEvidence } from './rights.ts';
import { createWorkload } from './workloads.ts';

/** A privileged pod bound to a node by name; the scheduler is not asked. */
function privilegedPod(namespace: string, node: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'portolan-dry-run', namespace },
    spec: {
      nodeName: node,
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'example.com/none', securityContext: { privileged: true } }],
    },
  };
}

export const podCreate = defineEdge({
  name: 'POD_CREATE',
  class: 'technique',
  attack: [{ id: 'T1610', name: 'Deploy Container' }],
  from: ['PermissionSet'],
  to: ['Node'],
  difficulty: 2,
  summary: 'Starts a privileged pod on a node of its choice, and takes the node from there.',
  precondition:
    'create on pods, or on a built-in kind that makes pods, in a namespace where Pod Security admits privileged pods (no label counts as the default of the cluster) and which is not being deleted.',
  remediation:
    'Enforce Pod Security level baseline or restricted on the namespace, or remove the right to create workloads.',
  references: [
    'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation',
    'https://kubernetes.io/docs/concepts/security/pod-security-admission/',
  ],
  asks: (node, read): readonly (readonly Ask[])[] =>
    read.all('Namespace').flatMap((namespaceRef) => {
      const namespace = read.node('Namespace', namespaceRef)?.name ?? '';
      const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
      return createWorkload.map((right): readonly Ask[] => [
        review(right.verb, right.resource, { group: right.group, namespace }),
        {
          type: 'dryRun',
          as: right.kind === 'Pod' ? 'identity' : 'controller',
          path,
          body: privilegedPod(namespace, node.name),
        },
      ]);
    }),
  derive: {
    *PermissionSet(set, read): Iterable<DerivedEdge> {
      const rules = createWorkload.flatMap((right) => grantOf(set.properties.rules ?? [], right)?.all ?? []);
      if (rules.length === 0) return;
      const evidence = ruleEvidence(set, [...new Set(rules)]);
      const to = { members: 'Node', namespace: null } as const;
      const scope = set.properties.scope ?? null;
      if (scope === null) {
        if (read.memo(anyTakesNewPrivileged, '')) yield { from: set.ref, to, evidence };
        return;
      }
      const namespace = read.node('Namespace', ref('Namespace', null, scope));
      if (!namespace || !takesNewPrivileged(namespace, read)) return;
      const open = fact(namespace.ref, 'metadata.labels[pod-security.kubernetes.io/enforce]');
      yield { from: set.ref, to, evidence: evidence.map((alternative) => [...alternative, open]) };
    },
  },
});
