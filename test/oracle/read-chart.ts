import type { Chart } from '../../gateway/fleet/chart.ts';
import type { ModelNode, Read } from '../../graph/edges/read.ts';

/** A charted cluster through the interface of derivations, for questions asked from outside. */
export function readChart({ nodes, edges }: Chart): Read {
  const all = [...nodes.values()];
  const byRef = new Map(all.map((node) => [node.ref, node as ModelNode]));
  const neighbours = (ref: string, kind: string, from: 'from' | 'to', to: 'from' | 'to'): readonly string[] =>
    edges
      .filter((edge) => edge.kind === kind && nodes.get(edge[from])?.ref === ref)
      .map((edge) => nodes.get(edge[to])?.ref as string);
  const read: Read = {
    node: (kind, ref) => {
      const node = byRef.get(ref);
      return node?.kind === kind ? (node as ModelNode<typeof kind>) : undefined;
    },
    cluster: () => all.find((node) => node.kind === 'Cluster') as ModelNode as ModelNode<'Cluster'>,
    out: (ref, kind) => neighbours(ref, kind, 'from', 'to'),
    in: (ref, kind) => neighbours(ref, kind, 'to', 'from'),
    properties: () => undefined,
    all: (kind, namespace) =>
      all
        .filter((node) => node.kind === kind && (namespace === undefined || node.namespace === namespace))
        .map((node) => node.ref),
    named: (kind, name) => all.filter((node) => node.kind === kind && node.name === name).map((node) => node.ref),
    memo: (memo, key) => memo.compute(key, read),
  };
  return read;
}
