import type { Delta } from '../../graph/model/graph.ts';
import { delta, edge, kubeNode, pod } from './context.ts';

const machine = kubeNode('machine');
const nameOf = (version: number, i: number) => `${version}-${i}`;
const width = 8;
const life = 3;

/** The delta that brings the partition to a version: so much about each version is known that nothing may go missing. */
export function killDelta(version: number): Delta {
  const pods = Array.from({ length: width }, (_, i) => pod(nameOf(version, i)));
  const old = version - life;
  return delta({
    nodes: [machine, ...pods],
    edges: pods.map((each) => edge(each, 'RUNS_ON', machine)),
    removedNodes: old < 1 ? [] : Array.from({ length: width }, (_, i) => pod(nameOf(old, i)).id),
  });
}

/** The names of the pods that live at a version. */
export function killSurvivors(version: number): readonly string[] {
  const versions = Array.from({ length: Math.min(life, version) }, (_, i) => version - i);
  return versions.flatMap((each) => Array.from({ length: width }, (_, i) => nameOf(each, i))).sort();
}
