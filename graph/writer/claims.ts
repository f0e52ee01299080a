import type { Derived, EdgeDefinition, TargetSet } from '../edges/define.ts';
import { mostAlternatives } from '../edges/rights.ts';
import type { EdgeProperties, Evidence, EvidenceItem } from '../model/graph.ts';
import type { NodeFact, ObservedRecord } from '../model/observation.ts';
import { targetSetName, targetSetRef } from '../model/ref.ts';
import { type Claim, compare, type EdgeClaim } from './memory.ts';

const noProperties: EdgeProperties = {};

/** The claim of an observed record. */
export function observedClaim(extent: string, record: ObservedRecord): Claim {
  return {
    extent,
    key: record.key,
    restored: false,
    nodes: record.nodes,
    edges: record.relationships.map((relationship) => ({
      kind: relationship.kind,
      from: relationship.from,
      to: relationship.to,
      attack: null,
      properties: relationship.properties ?? noProperties,
    })),
  };
}

/** The claim of what one definition derived from one subject, in canonical order: equal outcomes are equal values. */
export function toClaim(definition: EdgeDefinition, subject: string, found: readonly Derived[]): Claim {
  const nodes = new Map<string, NodeFact>();
  const evidence = new Map<string, { from: string; to: string; evidence: Evidence }>();
  for (const item of found) {
    if ('node' in item) {
      nodes.set(`${item.node.kind} ${item.node.namespace} ${item.node.name}`, item.node);
      continue;
    }
    let to = item.to;
    if (typeof to !== 'string') {
      const set = targetSetFact(to);
      nodes.set(`TargetSet ${set.namespace} ${set.name}`, set);
      to = targetSetRef(to.members, to.namespace, to.only);
    }
    const key = `${item.from}\n${to}`;
    const before = evidence.get(key);
    evidence.set(key, { from: item.from, to, evidence: [...(before?.evidence ?? []), ...item.evidence] });
  }
  const edges = [...evidence.values()].map(
    (edge): EdgeClaim => ({
      kind: definition.name,
      from: edge.from,
      to: edge.to,
      attack: {
        class: definition.class,
        difficulty: definition.difficulty,
        evidence: canonicalEvidence(edge.evidence),
      },
      properties: noProperties,
    }),
  );
  return {
    extent: `derived/${definition.name}`,
    key: subject,
    restored: false,
    nodes: [...nodes].sort(([a], [b]) => compare(a, b)).map(([, node]) => node),
    edges: edges.sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to)),
  };
}

function targetSetFact(set: TargetSet): NodeFact<'TargetSet'> {
  return {
    kind: 'TargetSet',
    uid: null,
    namespace: set.namespace,
    name: targetSetName(set.members, set.only),
    properties: { memberKind: set.members },
  };
}

/** Sorted, without repeats; of very many alternatives the first are kept, which only ever makes an edge look easier to remove. */
export function canonicalEvidence(evidence: Evidence): Evidence {
  const alternatives = new Map<string, readonly EvidenceItem[]>();
  for (const alternative of evidence) {
    const items = new Map(alternative.map((item) => [`${item.object}\n${item.field}`, item]));
    const sorted = [...items].sort(([a], [b]) => compare(a, b));
    alternatives.set(
      sorted.map(([key]) => key).join('\n\n'),
      sorted.map(([, item]) => item),
    );
  }
  return [...alternatives]
    .sort(([a], [b]) => compare(a, b))
    .slice(0, mostAlternatives)
    .map(([, items]) => items);
}
