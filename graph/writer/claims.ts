import type { Derived, EdgeDefinition, TargetSet } from '../edges/define.ts';
import { canonicalEvidence } from '../edges/evidence.ts';
import type { AttackFacts, EdgeProperties, Evidence } from '../model/graph.ts';
import type { NodeFact, ObservedRecord } from '../model/observation.ts';
import { targetSetName, targetSetRef } from '../model/ref.ts';
import type { EdgeClaim } from './cells.ts';
import { compare } from './memory.ts';

/** All that one record says: a record of an observation, or the outcome of one derivation. */
export interface Statement {
  /** `source/kind`, or `derived/EDGE`. */
  readonly extent: string;
  readonly key: string;
  /** Read back from the store at start: it holds until its extent is read anew, and yields to any fresh claim. */
  readonly restored: boolean;
  readonly nodes: readonly RestorableFact[];
  readonly edges: readonly EdgeFact[];
}

/** A fact about a node; one read back from the store knows its id, but no longer the UID that made it. */
export type RestorableFact = NodeFact & { readonly id?: string };

export interface EdgeFact {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly attack?: AttackFacts | null;
  readonly properties?: EdgeProperties;
}

/** A statement that memory holds. */
export interface Claim extends Omit<Statement, 'edges'> {
  edges: readonly EdgeClaim[];
}

/** What one claim says of a node. */
export interface NodeClaim {
  readonly claim: Claim;
  readonly fact: RestorableFact;
}

/** What an observed record states. */
export function observedStatement(extent: string, { key, nodes, relationships }: ObservedRecord): Statement {
  return { extent, key, restored: false, nodes, edges: relationships };
}

const none: readonly never[] = [];

/** What one definition derived from one subject, in canonical order: equal outcomes are equal values. */
export function derivedStatement(
  definition: EdgeDefinition,
  extent: string,
  subject: string,
  found: readonly Derived[],
): Statement {
  const nodes = new Map<string, NodeFact>();
  const evidence = new Map<string, { readonly from: string; readonly to: string; evidence: Evidence }>();
  for (const item of found) {
    if ('node' in item) {
      nodes.set(`${item.node.kind} ${item.node.namespace} ${item.node.name}`, item.node);
      continue;
    }
    const { from } = item;
    let { to } = item;
    if (typeof to !== 'string') {
      const set = targetSetFact(to);
      nodes.set(`TargetSet ${set.namespace} ${set.name}`, set);
      to = targetSetRef(to.members, to.namespace, to.only);
    }
    const key = `${from}\n${to}`;
    const known = evidence.get(key);
    if (known) known.evidence = [...known.evidence, ...item.evidence];
    else evidence.set(key, { from, to, evidence: item.evidence });
  }
  const edges = Array.from(evidence.values(), ({ from, to, evidence }): EdgeFact => {
    const { class: kind, difficulty } = definition;
    const attack = { class: kind, difficulty, evidence: canonicalEvidence(evidence) };
    return { kind: definition.name, from, to, attack };
  });
  return {
    extent,
    key: subject,
    restored: false,
    nodes: nodes.size === 0 ? none : [...nodes].sort(([a], [b]) => compare(a, b)).map(([, node]) => node),
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
