import { nodeKinds } from '../../graph/model/kinds.ts';
import type { NodeKindDefinition } from '../../graph/model/node-kind.ts';
import type { PropertyTable } from '../../graph/model/property.ts';
import { type RelationshipDefinition, relationships } from '../../graph/model/relationships.ts';

function properties(table: PropertyTable): string {
  const rows = Object.entries(table).map(
    ([name, { type, source, description }]) =>
      `| ${name} | ${type} | ${source} | ${description.replaceAll('|', '\\|')} |`,
  );
  return rows.length === 0 ? '' : `\n| Property | Type | Source | |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function marks(kind: NodeKindDefinition): string {
  return [
    kind.shared && 'Clusters share it.',
    kind.hidden && 'Never shown.',
    kind.visibleFromNamespaces && 'Seen by whoever may see any namespace of the cluster.',
  ]
    .filter(Boolean)
    .join(' ');
}

/** The reference page of the model: every kind of node and of observed relationship. */
export function modelPage(): string {
  const kinds = Object.entries<NodeKindDefinition>(nodeKinds).map(
    ([name, kind]) =>
      `### ${name}\n\n${kind.description} Key: ${kind.key}. ${marks(kind)}\n${properties(kind.properties)}`,
  );
  const edges = Object.entries<RelationshipDefinition>(relationships).map(
    ([name, { from, to, description, properties: table }]) =>
      `### ${name}\n\n${from.join(', ')} to ${to.join(', ')}. ${description}\n${properties(table)}`,
  );
  return `<!-- Written by npm run docs from graph/model; change it there. -->
# The model

Attack edges are listed in [techniques](techniques/README.md).

## Kinds of node

${kinds.join('\n')}
## Kinds of relationship

${edges.join('\n')}`;
}
