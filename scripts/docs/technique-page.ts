import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attackVersion, type EdgeDefinition } from '../../graph/edges/define.ts';
import { root } from './root.ts';

/** What a person sees of target sets: nothing. */
function kinds(list: readonly string[]): string {
  return list.map((kind) => `\`${kind}\``).join(', ');
}

function attackLink(id: string): string {
  return `https://attack.mitre.org/techniques/${id.replace('.', '/')}/`;
}

/** The reference page of an attack edge, from its record, its manifest and its near miss. */
export async function techniquePage(edge: EdgeDefinition): Promise<string> {
  const fixture = join(root, 'test/fixtures/edges', edge.name);
  const [manifest, nearMiss] = await Promise.all(
    [`${fixture}.yaml`, `${fixture}.near-miss.yaml`].map((path) => readFile(path, 'utf8')),
  );
  const attack = edge.attack.map(({ id, name }) => `[${id} ${name}](${attackLink(id)})`).join(', ');
  return `<!-- Written by npm run docs from graph/edges; change it there. -->
# ${edge.name}

${edge.summary}

| | |
|---|---|
| Class | ${edge.class === 'link' ? 'link: costs nothing and is no hop' : 'technique: one hop'} |
| From | ${kinds(edge.from)} |
| To | ${kinds(edge.to)} |
| Difficulty | ${edge.difficulty} of 9 |
| ATT&CK for Containers ${attackVersion} | ${attack || 'none: it is no technique by itself'} |

## Precondition

${edge.precondition}

## Remediation

${edge.remediation}

## References

${edge.references.map((url) => `- <${url}>`).join('\n')}

## A manifest that has it

\`\`\`yaml
${manifest?.trimEnd()}
\`\`\`

## A near miss

\`\`\`yaml
${nearMiss?.trimEnd()}
\`\`\`
`;
}

/** The list of all attack edges. */
export function techniqueIndex(edges: readonly EdgeDefinition[]): string {
  const rows = edges.map(
    (edge) =>
      `| [${edge.name}](${edge.name}.md) | ${edge.class} | ${edge.from.join(', ')} | ${edge.to.join(', ')} | ${edge.difficulty} | ${edge.attack.map(({ id }) => id).join(', ')} | ${edge.summary} |`,
  );
  return `<!-- Written by npm run docs from graph/edges; change it there. -->
# Attack edges

| Name | Class | From | To | Difficulty | ATT&CK ${attackVersion} | |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
