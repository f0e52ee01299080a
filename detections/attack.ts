import { behaviours } from './baselines/behaviours/index.ts';
import { containersMatrix } from './containers-matrix.ts';
import { correlations } from './correlate/index.ts';
import { detections } from './rules/index.ts';

/** A technique of MITRE ATT&CK. */
export interface AttackTechnique {
  readonly id: string;
  readonly name: string;
}

/** Those of the matrix for containers, and those that a detection of ours is about, by id. */
export const attackTechniques: ReadonlyMap<string, AttackTechnique> = new Map(
  [...[...detections, ...correlations, ...behaviours].flatMap(({ attack }) => attack), ...containersMatrix].map(
    (technique) => [technique.id, technique],
  ),
);
