import { because, type Derived, defineEdge, fact } from './define.ts';
import { mayRun } from './pods.ts';

/** Whoever holds a node holds what runs on it. */
export const podAttach = defineEdge({
  name: 'POD_ATTACH',
  class: 'technique',
  attack: [{ id: 'T1609', name: 'Container Administration Command' }],
  from: ['Node'],
  to: ['Pod'],
  difficulty: 1,
  summary: 'Enters the pods of a node through its container runtime, or reads their memory and volumes.',
  precondition: 'The pod is bound to the node and has not ended.',
  remediation:
    'Keep pods with strong identities off nodes that run exposed or untrusted workloads, by taints or affinity.',
  references: ['https://kubernetes.io/docs/concepts/security/multi-tenancy/#node-isolation'],
  derive: {
    *Pod(pod, read): Iterable<Derived> {
      if (!mayRun(pod)) return;
      for (const node of read.out(pod.ref, 'RUNS_ON')) {
        yield { from: node, to: pod.ref, evidence: because(fact(pod.ref, 'spec.nodeName')) };
      }
    },
  },
});
