import { edges } from '../../graph/edges/index.ts';
import { modelPage } from './model-page.ts';
import { techniqueIndex, techniquePage } from './technique-page.ts';

/** Every generated page, by its path below docs/. */
export async function pages(): Promise<ReadonlyMap<string, string>> {
  const techniques = await Promise.all(
    edges.map(async (edge) => [`techniques/${edge.name}.md`, await techniquePage(edge)] as const),
  );
  return new Map([['techniques/README.md', techniqueIndex(edges)], ['model.md', modelPage()], ...techniques]);
}
