import type { ShownEdge } from '../../graph/edges/expand.ts';
import type { GraphNode } from '../../graph/model/graph.ts';

function escaped(text: string): string {
  // Control characters have no place in XML 1.0, not even as references.
  return text.replace(/\p{Cc}/gu, '\ufffd').replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** GraphML, as Gephi, yEd and networkx read it: http://graphml.graphdrawing.org/specification.html */
export function* graphml(
  nodes: Iterable<{ readonly id: string; readonly kind: string }>,
  edges: Iterable<ShownEdge>,
  name: (node: GraphNode) => string,
): Generator<string> {
  yield `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="kind" for="node" attr.name="kind" attr.type="string"/>
<key id="name" for="edge" attr.name="name" attr.type="string"/>
<key id="class" for="edge" attr.name="class" attr.type="string"/>
<key id="weight" for="edge" attr.name="weight" attr.type="int"/>
<graph id="portolan" edgedefault="directed">
`;
  for (const { id, kind } of nodes) yield `<node id="${escaped(id)}"><data key="kind">${kind}</data></node>\n`;
  for (const { edge, from, to } of edges) {
    const data = `<data key="name">${edge.kind}</data><data key="class">${edge.attack?.class}</data><data key="weight">${edge.attack?.difficulty}</data>`;
    yield `<edge source="${escaped(name(from))}" target="${escaped(name(to))}">${data}</edge>\n`;
  }
  yield '</graph>\n</graphml>\n';
}
