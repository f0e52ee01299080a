import { readFile } from 'node:fs/promises';
import { chart } from '../../gateway/fleet/chart.ts';
import { shownEdges } from '../../graph/edges/expand.ts';

/** The edges that a manifest's head says must come out: its lines `# finds: FROM -> TO`, sorted. */
export async function expected(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8');
  const finds = [...text.matchAll(/^# finds: (.+)$/gm)].map(([, edge]) => edge as string);
  if (finds.length === 0 && !/^# finds nothing$/m.test(text))
    throw new Error(`${path} does not say what must be found in it`);
  return finds.sort();
}

/** The edges of one name that charting a manifest gives, each as `FROM -> TO`, sorted. */
export async function found(path: string, name: string): Promise<readonly string[]> {
  const { nodes, edges, clusters } = await chart([path], { cluster: 'fixture' });
  const problems = clusters.flatMap((cluster) => cluster.problems);
  if (problems.length > 0) throw new Error(problems.map(({ place, message }) => `${place}: ${message}`).join('\n'));
  const shown =
    name === 'TARGET_MEMBER'
      ? edges.map((edge) => ({ edge, from: nodes.get(edge.from), to: nodes.get(edge.to) }))
      : [...shownEdges(nodes, edges)];
  return shown
    .filter(({ edge }) => edge.kind === name)
    .map(({ from, to }) => `${from?.ref} -> ${to?.ref}`)
    .sort();
}
