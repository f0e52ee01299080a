import type { Behaviour } from '../../detections/baselines/define.ts';
import type { Correlation } from '../../detections/correlate/define.ts';
import { attackVersion, type Detection, slug } from '../../detections/rules/define.ts';
import { ruleYaml } from '../../detections/rules/pack.ts';

export function attackLink({ id, name }: Detection['attack'][number]): string {
  return `[${id} ${name}](https://attack.mitre.org/techniques/${id.replace('.', '/')}/)`;
}

export const sources: Readonly<Record<Detection['source'], string>> = {
  k8s_audit: 'audit events of Kubernetes',
  syscall: 'events of a node',
};

/** The reference page of a detection, from its record. */
export function detectionPage(detection: Detection): string {
  const { name, source, severity, attack, description, remediation, falsePositives, references } = detection;
  const { fires, nearMiss } = detection;
  return `<!-- Written by npm run docs from detections/rules; change it there. -->
# ${name}

${description}

| | |
|---|---|
| Source | ${sources[source]} |
| Severity | ${severity} |
| ATT&CK ${attackVersion} | ${attack.map(attackLink).join(', ')} |

## What to do

${remediation}

## When nothing is wrong

${falsePositives}

## Rule

\`\`\`yaml
${ruleYaml(detection).trimEnd()}
\`\`\`

## An event that fires it

\`\`\`json
${JSON.stringify(fires, null, 2)}
\`\`\`

## A near miss

${nearMiss.because} What differs:

\`\`\`json
${JSON.stringify(nearMiss.change, null, 2)}
\`\`\`

## References

${references.map((url) => `- <${url}>`).join('\n')}
`;
}

/** The list of all detections. */
export function detectionIndex(
  detections: readonly Detection[],
  correlations: readonly Correlation[],
  behaviours: readonly Behaviour[],
): string {
  const rowOf = ({ name, source, severity, attack }: Detection | Correlation | Behaviour): string =>
    `| [${name}](${slug(name)}.md) | ${source} | ${severity} | ${attack.map(({ id }) => id).join(' ')} |`;
  return `<!-- Written by npm run docs from detections/rules; change it there. -->
# Detections

${detections.length} rules come with Portolan; \`portolan detect\` runs them offline. [The language](../language.md) says how to write more.

| detection | source | severity | ATT&CK ${attackVersion} |
|---|---|---|---|
${detections.map(rowOf).join('\n')}

${correlations.length} more need the graph, or several events; the gateway runs them beside the rules.

| detection | source | severity | ATT&CK ${attackVersion} |
|---|---|---|---|
${correlations.map(rowOf).join('\n')}

${behaviours.length} learn [what is usual](../baselines.md), and tell of what is not.

| detection | source | severity | ATT&CK ${attackVersion} |
|---|---|---|---|
${behaviours.map(rowOf).join('\n')}
`;
}
