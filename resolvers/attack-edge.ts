import type { EdgeDefinition } from '../graph/edges/define.ts';
import { attackVersion, edges } from '../graph/edges/index.ts';
import { edgeId } from '../graph/model/id.ts';
import { type NodeKind as Kind, nodeKind } from '../graph/model/kinds.ts';
import { kindName } from '../schema/names.ts';
import type {
  AttackEdgeResolvers,
  AttackTechniqueResolvers,
  NodeKind,
  QueryResolvers,
  TechniqueResolvers,
} from '../schema/types.ts';
import { evidenceOf } from './evidence.ts';

const definitions: ReadonlyMap<string, EdgeDefinition> = new Map(edges.map((edge) => [edge.name, edge]));

/** What this release knows of an attack edge by its kind; an edge from another release may be unknown. */
export function techniqueOf(kind: string): EdgeDefinition | null {
  return definitions.get(kind) ?? null;
}

const classes = { technique: 'TECHNIQUE', link: 'LINK' } as const;

/** The kinds of an edge that callers see. */
const shown = (kinds: readonly Kind[]) => kinds.filter((kind) => !nodeKind(kind).hidden);

export const Query: QueryResolvers = {
  // What leads on from plumbing is plumbing too.
  techniques: () => edges.filter(({ from }) => shown(from).length > 0),
};

export const AttackEdge: AttackEdgeResolvers = {
  id: ({ edge }) => edge,
  name: ({ kind }) => kind,
  class: (step) => classes[step.class],
  technique: ({ kind }) => techniqueOf(kind),
  precondition: ({ kind }) => techniqueOf(kind)?.precondition ?? null,
  remediation: ({ kind }) => techniqueOf(kind)?.remediation ?? null,
  evidence: ({ edge }, _args, context) => evidenceOf(edge, context),
  // By what the caller sees of the step: what was folded away between its ends is nobody's business.
  provedBy: ({ from, kind, to }, _args, { alerts }) => alerts.proving(edgeId(from, kind, to)),
};

export const Technique: TechniqueResolvers = {
  class: (edge) => classes[edge.class],
  from: ({ from }) => shown(from).map(kindName) as NodeKind[],
  to: ({ to }) => shown(to).map(kindName) as NodeKind[],
};

export const AttackTechnique: AttackTechniqueResolvers = { version: () => attackVersion };
