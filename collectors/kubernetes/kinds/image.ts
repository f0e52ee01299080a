import type { NodeFact, RelationshipFact } from '../../../graph/model/observation.ts';
import { ref } from '../../../graph/model/ref.ts';

/** The images that containers really run. One that the status names by its config alone (sha256:… without a repository) has no digest here. */
export function images(containers: readonly NodeFact<'Container'>[]): {
  readonly nodes: readonly NodeFact<'Image'>[];
  readonly relationships: readonly RelationshipFact[];
} {
  const nodes = new Map<string, NodeFact<'Image'>>();
  const relationships: RelationshipFact[] = [];
  for (const { namespace, name, properties } of containers) {
    const digest = /@(sha256:[0-9a-f]{64})$/.exec(properties.imageId ?? '')?.[1];
    if (digest === undefined) continue;
    nodes.set(digest, { kind: 'Image', uid: null, namespace: null, name: digest, properties: { digest } });
    relationships.push({
      kind: 'RUNS_IMAGE',
      from: ref('Container', namespace, name),
      to: ref('Image', null, digest),
    });
  }
  return { nodes: [...nodes.values()], relationships };
}
