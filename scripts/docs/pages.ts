import { behaviours } from '../../detections/baselines/behaviours/index.ts';
import { correlations } from '../../detections/correlate/index.ts';
import { slug } from '../../detections/rules/define.ts';
import { detections } from '../../detections/rules/index.ts';
import { edges } from '../../graph/edges/index.ts';
import { behaviourPage } from './behaviour-page.ts';
import { correlationPage } from './correlation-page.ts';
import { detectionIndex, detectionPage } from './detection-page.ts';
import { modelPage } from './model-page.ts';
import { techniqueIndex, techniquePage } from './technique-page.ts';

/** Folders below docs/ in which every page is generated. */
export const generatedFolders = ['techniques', 'detections/rules'] as const;

/** Every generated page, by its path below docs/. */
export async function pages(): Promise<ReadonlyMap<string, string>> {
  const techniques = await Promise.all(
    edges.map(async (edge) => [`techniques/${edge.name}.md`, await techniquePage(edge)] as const),
  );
  return new Map([
    ['techniques/README.md', techniqueIndex(edges)],
    ['model.md', modelPage()],
    ...techniques,
    ['detections/rules/README.md', detectionIndex(detections, correlations, behaviours)],
    ...correlations.map(
      (correlation) => [`detections/rules/${slug(correlation.name)}.md`, correlationPage(correlation)] as const,
    ),
    ...behaviours.map(
      (behaviour) => [`detections/rules/${slug(behaviour.name)}.md`, behaviourPage(behaviour)] as const,
    ),
    ...detections.map(
      (detection) => [`detections/rules/${slug(detection.name)}.md`, detectionPage(detection)] as const,
    ),
  ]);
}
