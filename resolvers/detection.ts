import { type AttackTechnique as Attack, attackTechniques } from '../detections/attack.ts';
import type { Detection as Known } from '../detections/catalogue.ts';
import { edges } from '../graph/edges/index.ts';
import type { NodeView } from '../graph/store/port.ts';
import type {
  AttackTechniqueResolvers,
  DetectionCoverage,
  DetectionResolvers,
  QueryResolvers,
  TechniqueResolvers,
} from '../schema/types.ts';
import type { Context } from './context.ts';
import { type CoverageHere, coverageIn } from './reported.ts';

const coverages = { full: 'COVERED', partial: 'PARTLY_COVERED', none: 'NOT_COVERED' } as const;
const methods = { rule: 'RULE', correlation: 'CORRELATION', behaviour: 'BEHAVIOUR' } as const;
const eventSources = { k8s_audit: 'AUDIT', syscall: 'NODE' } as const;
const best = ['full', 'partial'] as const;

/** Attack edges say the technique before the sub-technique. */
const named: ReadonlyMap<string, Attack> = new Map([
  ...edges.flatMap(({ attack }) =>
    attack.map(({ id, name }) => [id, { id, name: name.replace(/^.*: /, '') }] as const),
  ),
  ...attackTechniques,
]);

/** Those of any of some techniques, or of their sub-techniques. */
function watching(all: readonly Known[], attack: readonly Pick<Attack, 'id'>[]): Known[] {
  const isMeant = (technique: string): boolean =>
    attack.some(({ id }) => technique === id || technique.startsWith(`${id}.`));
  return all.filter(({ techniques }) => techniques.some(isMeant));
}

function bestOf(
  detections: readonly Known[],
  coverageOf: CoverageHere = ({ coverage }) => coverage,
): DetectionCoverage {
  return coverages[best.find((state) => detections.some((each) => coverageOf(each) === state)) ?? 'none'];
}

interface ClusterDetection {
  readonly cluster: NodeView<'Cluster'>;
  readonly detection: DetectionCoverage | null;
  readonly limited: readonly Known[];
}

/** What some detections see in each of the caller's clusters. */
async function inClusters(watching: readonly Known[], context: Context): Promise<readonly ClusterDetection[]> {
  const clusters = await context.reads.clusters();
  return Promise.all(
    clusters.map(async (node) => {
      const cluster = node as NodeView<'Cluster'>;
      const here = await coverageIn(cluster.id, context);
      if (here === null) return { cluster, detection: null, limited: [] };
      const limited = watching.filter((each) => here(each) !== each.coverage);
      return { cluster, detection: bestOf(watching, here), limited };
    }),
  );
}

export const Query: QueryResolvers = {
  detections: (_, _args, { detections }) => [...detections],
  attackTechniques: (_, _args, { detections }) => {
    const ids = new Set([...named.keys(), ...detections.flatMap(({ techniques }) => techniques)]);
    return [...ids].sort().map((id) => named.get(id) ?? { id, name: id });
  },
};

export const Technique: TechniqueResolvers = {
  detections: ({ attack }, _args, { detections }) => watching(detections, attack),
  detection: ({ attack }, _args, { detections }) => (attack.length === 0 ? null : bestOf(watching(detections, attack))),
  clusters: ({ attack }, _args, context) =>
    attack.length === 0 ? [] : inClusters(watching(context.detections, attack), context),
};

export const AttackTechnique: AttackTechniqueResolvers = {
  detections: (technique, _args, { detections }) => watching(detections, [technique]),
  detection: (technique, _args, { detections }) => bestOf(watching(detections, [technique])),
  clusters: (technique, _args, context) => inClusters(watching(context.detections, [technique]), context),
};

export const Detection: DetectionResolvers = {
  method: ({ kind }) => methods[kind],
  source: ({ source }) => source && eventSources[source],
  coverage: ({ coverage }) => coverages[coverage],
};
