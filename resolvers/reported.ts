import type { Detection } from '../detections/catalogue.ts';
import { grantOn } from '../graph/model/scope.ts';
import type { Facet } from '../graph/store/port.ts';
import type { Context } from './context.ts';
import type { Reads } from './reads.ts';

/** How well each detection is covered in one cluster. */
export type CoverageHere = (detection: Detection) => Detection['coverage'];

/** From the best to the worst. */
const coverages = ['full', 'partial', 'none'] as const satisfies readonly Detection['coverage'][];

function worst(some: readonly Detection['coverage'][]): Detection['coverage'] {
  return coverages[Math.max(0, ...some.map((coverage) => coverages.indexOf(coverage)))] ?? 'none';
}

/**
 * What the sources of a cluster's events let detections see, by its coverage gaps; null for a caller who does not see those, as
 * they are the whole cluster's.
 */
export function coverageIn(cluster: string, { reads, scope }: Context): Promise<CoverageHere | null> {
  if (grantOn(scope, cluster) !== 'all') return Promise.resolve(null);
  const known = asked.get(reads) ?? new Map<string, Promise<CoverageHere>>();
  asked.set(reads, known);
  const here = known.get(cluster) ?? read(cluster, reads);
  known.set(cluster, here);
  return here;
}

/** Each technique asks for each cluster: within a request it is worked out once. */
const asked = new WeakMap<Reads, Map<string, Promise<CoverageHere>>>();

async function read(cluster: string, reads: Reads): Promise<CoverageHere> {
  const gaps = await reads.facets(['CoverageGap'], { and: [] }, ['cluster', 'source', 'reason', 'subject']);
  const own = gaps.filter(({ values }) => values[0] === cluster);
  const audit = ofSource(own, 'audit', 'audit events');
  const nodes = ofSource(own, 'sensor', 'node events');
  return ({ name, source, coverage }) => {
    if (source === 'k8s_audit') return worst([coverage, audit(name)]);
    if (source === 'syscall') return worst([coverage, nodes(name)]);
    // It may go by either.
    const both = [audit(name), nodes(name)];
    return worst([
      coverage,
      both.every((each) => each === 'none') ? 'none' : both.includes('none') ? 'partial' : worst(both),
    ]);
  };
}

/** What a source delivers of what a detection needs, as gateway/fleet tells it in gaps. */
function ofSource(gaps: readonly Facet[], source: string, whole: string): (detection: string) => Detection['coverage'] {
  const found = gaps.flatMap(({ values: [, of, reason, subject] }) => (of === source ? [{ reason, subject }] : []));
  if (found.some(({ reason, subject }) => reason === 'BY_DESIGN' && subject === whole)) return () => 'none';
  const ofDetections = new Map(found.map(({ reason, subject }) => [subject, reason]));
  // Events that were lost, a node or a source that is silent: whichever detection that concerns.
  const told = new Set(['BY_DESIGN', 'NOT_COVERED', 'PARTLY_COVERED']);
  const isLess = found.some(({ reason, subject }) => !told.has(String(reason)) || subject === 'detections');
  return (detection) => {
    const reason = ofDetections.get(`detection ${detection}`);
    return reason === 'NOT_COVERED' ? 'none' : reason === 'PARTLY_COVERED' || isLess ? 'partial' : 'full';
  };
}
