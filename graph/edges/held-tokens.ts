import type { EvidenceItem } from '../model/graph.ts';
import { fact, type TargetSubset } from './define.ts';
import { containerField } from './pods.ts';
import type { ModelNode, Read } from './read.ts';

/** The service accounts whose tokens lie on a node, by its readable name. */
export function withTokenOn(node: string): TargetSubset {
  return `with a token on ${node}`;
}

/** A service account whose token for this API server lies in a container, and where the pod says so. */
export interface HeldToken {
  readonly account: string;
  readonly where: EvidenceItem;
}

/** The tokens that are really mounted in a container, or in a manifest will be: of the account of its pod, or none. */
export function* heldTokens(container: ModelNode<'Container'>, pod: ModelNode<'Pod'>, read: Read): Iterable<HeldToken> {
  if (container.properties.apiToken === 'none') return;
  for (const account of read.out(pod.ref, 'RUNS_AS')) {
    if (container.properties.apiToken === 'mounted') {
      yield { account, where: fact(pod.ref, containerField(container, 'volumeMounts')) };
      continue;
    }
    // A manifest: the pod's own setting overrides the service account's, and both default to true.
    const ofAccount = read.node('ServiceAccount', account)?.properties.automountToken;
    if (!(pod.properties.automountToken ?? ofAccount ?? true)) continue;
    yield { account, where: fact(pod.ref, 'spec.automountServiceAccountToken') };
  }
}
