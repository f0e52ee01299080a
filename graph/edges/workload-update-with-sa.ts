import { ref } from '../model/ref.ts';
import { type Ask, review, takesNew } from './ask.ts';
import { type DerivedEdge, defineEdge } from './define.ts';
import { takesNewObjects } from './namespaces.ts';
import { grantOf, ruleEvidence } from './rights.ts';
import { updateWorkload, workloadKindsIn } from './workloads.ts';

const verbs = ['patch', 'update'];

export const workloadUpdateWithSa = defineEdge({
  name: 'WORKLOAD_UPDATE_WITH_SA',
  class: 'technique',
  attack: [
    { id: 'T1610', name: 'Deploy Container' },
    { id: 'T1078', name: 'Valid Accounts' },
  ],
  from: ['PermissionSet'],
  to: ['ServiceAccount'],
  difficulty: 2,
  summary:
    'Changes the template of a workload: its pods run an image of the attacker, as any service account of the namespace.',
  precondition:
    'patch or update on a Deployment, StatefulSet, DaemonSet, CronJob, ReplicaSet or ReplicationController that exists in the namespace of the service account, which is not being deleted, so that new pods start; resourceNames apply. Pod Security does not prevent it. The template of a Job cannot be changed. Not modelled: kinds of operators that make pods.',
  remediation:
    'Name by resourceNames the workloads that may be changed; keep powerful service accounts in other namespaces.',
  references: ['https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation'],
  asks: ({ namespace }, read): readonly (readonly Ask[])[] =>
    read
      .all('Workload', namespace ?? '')
      .flatMap((workload) => read.node('Workload', workload) ?? [])
      .flatMap((workload) => {
        const at = updateWorkload.find(({ kind }) => kind === workload.properties.workloadKind);
        const name = workload.name.slice(workload.name.indexOf('/') + 1);
        return at === undefined
          ? []
          : verbs.map((verb) => [review(verb, at.resource, { group: at.group, namespace, name }), takesNew(namespace)]);
      }),
  derive: {
    *PermissionSet(set, read): Iterable<DerivedEdge> {
      const scope = set.properties.scope ?? null;
      for (const { kind, group, resource } of updateWorkload) {
        for (const verb of verbs) {
          const grant = grantOf(set.properties.rules ?? [], { verb, group, resource });
          if (!grant) continue;
          if (grant.all.length > 0) {
            const evidence = ruleEvidence(set, grant.all);
            const members = 'ServiceAccount';
            if (scope === null) {
              yield { from: set.ref, to: { members, namespace: null, only: `beside a ${kind}` }, evidence };
            } else if (read.memo(workloadKindsIn, scope).includes(kind)) {
              yield { from: set.ref, to: { members, namespace: scope }, evidence };
            }
          }
          for (const [name, rules] of grant.named) {
            const named = `${kind}/${name}`;
            const workloads = scope === null ? read.named('Workload', named) : [ref('Workload', scope, named)];
            for (const workload of workloads) {
              const namespace = read.node('Workload', workload)?.namespace;
              if (namespace == null || !takesNewObjects(namespace, read)) continue;
              yield { from: set.ref, to: { members: 'ServiceAccount', namespace }, evidence: ruleEvidence(set, rules) };
            }
          }
        }
      }
    },
  },
});
