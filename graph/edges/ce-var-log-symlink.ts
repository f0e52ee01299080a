import type { EvidenceItem } from '../model/graph.ts';
import { ref } from '../model/ref.ts';
import { type DerivedEdge, defineEdge } from './define.ts';
import { heldTokens } from './held-tokens.ts';
import { hostMounts, isRootOnMounts, isWithin } from './host-mounts.ts';
import { runningPodOf } from './pods.ts';
import type { ModelNode, Read } from './read.ts';
import { grantOf, ruleEvidence, setsOf } from './rights.ts';

/** Where the kubelet finds the logs that it serves: it opens them as root, and follows links. */
const logs = '/var/log/pods';

const right = { verb: 'get', group: '', resource: 'pods/log' } as const;

/** The ways in which an account may read the log of some pod on a node. */
function* logRights(account: string, node: string, read: Read): Iterable<readonly EvidenceItem[]> {
  const runsThere = (pod: string): boolean => read.out(pod, 'RUNS_ON').includes(node);
  const anyThere = (namespace: string): boolean =>
    read.in(node, 'RUNS_ON').some((pod) => read.node('Pod', pod)?.namespace === namespace);
  for (const set of setsOf(account, read)) {
    const grant = grantOf(set.properties.rules ?? [], right);
    if (!grant) continue;
    const scope = set.properties.scope ?? null;
    const rules = grant.all.length > 0 && (scope === null || anyThere(scope)) ? [...grant.all] : [];
    for (const [name, named] of grant.named) {
      const pods = scope === null ? read.named('Pod', name) : [ref('Pod', scope, name)];
      if (pods.some(runsThere)) rules.push(...named);
    }
    yield* ruleEvidence(set, rules);
  }
}

function logMounts(container: ModelNode<'Container'>, read: Read): readonly (readonly EvidenceItem[])[] {
  if (!isRootOnMounts(container)) return [];
  return [...hostMounts(container, read)]
    .filter(({ path, writable }) => writable && isWithin(logs, path))
    .map(({ evidence }) => evidence);
}

export const ceVarLogSymlink = defineEdge({
  name: 'CE_VAR_LOG_SYMLINK',
  class: 'technique',
  attack: [{ id: 'T1611', name: 'Escape to Host' }],
  from: ['Container'],
  to: ['Node'],
  difficulty: 4,
  summary:
    'Puts a link in the place of a log file of its node, and reads through it, by way of the kubelet, what root may read.',
  precondition:
    'As root (or where the image decides the user) the container mounts /, /var, /var/log or /var/log/pods of the node writable: by hostPath, or a persistent volume of type hostPath or local; subPath counts. And a token of its service account is really there (see IDENTITY_ASSUME), which has get on pods/log for a pod on the same node; groups and resourceNames count. The pod is bound to a node and has not ended. A log folder elsewhere (--root-dir, podLogsDir), and rights of another identity that the attacker may hold, are not modelled.',
  remediation: 'Mount /var/log read-only, or drop pods/log from the rights of the service account.',
  references: [
    'https://kubernetes.io/docs/concepts/cluster-administration/logging/#how-nodes-handle-container-logs',
    'https://kubernetes.io/docs/concepts/storage/volumes/#hostpath',
  ],
  derive: {
    *Container(container, read): Iterable<DerivedEdge> {
      const mounts = logMounts(container, read);
      const pod = mounts.length > 0 ? runningPodOf(container, read) : undefined;
      if (!pod) return;
      for (const node of read.out(pod.ref, 'RUNS_ON')) {
        for (const { account, where } of heldTokens(container, pod, read)) {
          const evidence = [...logRights(account, node, read)].flatMap((items) =>
            mounts.map((mount) => [...mount, where, ...items]),
          );
          if (evidence.length > 0) yield { from: container.ref, to: node, evidence };
        }
      }
    },
  },
});
