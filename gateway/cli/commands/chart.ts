import { type ShownEdge, shownEdges } from '../../../graph/edges/expand.ts';
import { edges as definitions } from '../../../graph/edges/index.ts';
import type { Evidence, GraphNode } from '../../../graph/model/graph.ts';
import { nodeKind } from '../../../graph/model/kinds.ts';
import { type Chart, chart } from '../../fleet/chart.ts';
import type { Run } from '../command.ts';
import { CommandError, exitStatus } from '../errors.ts';
import { graphml } from '../graphml.ts';
import { namer } from '../names.ts';
import { isEmpty, reportProblems } from '../problems.ts';
import { reading } from '../reading.ts';
import { podSecurityLevel } from '../settings.ts';
import { table } from '../table.ts';

type Name = (node: GraphNode) => string;

const attackIds = new Map(definitions.map(({ name, attack }) => [name, attack[0]?.id ?? null]));

const formats: Readonly<Record<string, (chart: Chart, name: Name) => Iterable<string>>> = {
  *table({ nodes, edges }, name) {
    const rows = [...shownEdges(nodes, edges)]
      .map(({ edge, from, to }) => [
        name(from),
        edge.kind,
        attackIds.get(edge.kind) ?? '',
        name(to),
        evidenceText(edge.attack?.evidence ?? []),
      ])
      .sort(([a = '', b = ''], [c = '', d = '']) => compare(a, c) || compare(b, d));
    yield table(['FROM', 'EDGE', 'ATT&CK', 'TO', 'EVIDENCE'], rows);
  },
  *ndjson({ nodes, edges }, name) {
    for (const node of nodes.values()) {
      if (nodeKind(node.kind).hidden) continue;
      const { kind, namespace, properties } = node;
      yield `${JSON.stringify({ node: { kind, name: name(node), namespace, properties } })}\n`;
    }
    for (const shown of shownEdges(nodes, edges)) yield `${JSON.stringify({ edge: edgeLine(shown, name) })}\n`;
  },
  graphml: ({ nodes, edges }, name) =>
    graphml(
      [...nodes.values()]
        .filter((node) => !nodeKind(node.kind).hidden)
        .map((node) => ({ id: name(node), kind: node.kind })),
      shownEdges(nodes, edges),
      name,
    ),
};

function edgeLine({ edge, from, to }: ShownEdge, name: Name) {
  return {
    name: edge.kind,
    class: edge.attack?.class,
    from: name(from),
    to: name(to),
    technique: attackIds.get(edge.kind) ?? null,
    difficulty: edge.attack?.difficulty,
    evidence: edge.attack?.evidence,
  };
}

function evidenceText(evidence: Evidence): string {
  return evidence.map((items) => items.map(({ object, field }) => `${object} ${field}`).join(' and ')).join(', or ');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export const run: Run = async (settings, paths, terminal) => {
  const name = settings.format ?? 'table';
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (!format) throw new CommandError(`--format ${name}: there are ${Object.keys(formats).join(', ')}`);
  if (paths.length === 0) {
    throw new CommandError(
      'say what to chart: a file, a folder, or - for standard input (kubectl get all,nodes,... -A -o yaml | portolan chart -)',
    );
  }
  const charted = await chart(paths, {
    cluster: settings.cluster,
    podSecurityDefault: podSecurityLevel(settings),
    signal: terminal.signal,
    onProgress: reading(terminal),
  });
  reportProblems(charted.clusters, terminal);
  if (isEmpty(charted)) throw new CommandError('there is nothing to chart in the input');
  for (const text of format(charted, namer(charted.clusters))) terminal.out(text);
  return exitStatus.done;
};
