import { pathId } from '../model/id.ts';
import { difficultyBits, hopBit } from './adjacency.ts';
import type { Route } from './detour.ts';
import type { AttackPath, PathStep } from './port.ts';
import type { Projection } from './projection.ts';

/**
 * A route as callers see it: hidden nodes are folded into the step that enters them. The path's id comes from its
 * visible steps alone, so routes that differ only in what is hidden have the same one.
 */
export function fold({ nodes, edges }: Projection, route: Route): AttackPath {
  const steps: PathStep[] = [];
  let cost = 0;
  let length = 0;
  for (let at = 0; at < route.edges.length; ) {
    const edge = route.edges[at] as number;
    const from = nodes.ids[route.nodes[at] as number] as string;
    const folded: string[] = [];
    for (at++; nodes.hidden(route.nodes[at] as number); at++) {
      folded.push(edges.ids[route.edges[at] as number] as string);
    }
    const code = edges.code[edge] as number;
    steps.push({
      from,
      to: nodes.ids[route.nodes[at] as number] as string,
      edge: edges.ids[edge] as string,
      kind: edges.kinds.list[edges.kind[edge] as number] as string,
      class: (code & hopBit) === 0 ? 'link' : 'technique',
      difficulty: code & difficultyBits,
      folded,
    });
  }
  for (const edge of route.edges) {
    const code = edges.code[edge] as number;
    cost += code & difficultyBits;
    if ((code & hopBit) !== 0) length++;
  }
  return { id: pathId(steps.flatMap(({ edge, to }) => [edge, to])), cost, length, steps };
}
