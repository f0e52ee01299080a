import type { Correlation } from '../../detections/correlate/define.ts';
import { attackVersion } from '../../detections/rules/define.ts';
import { attackLink, sources } from './detection-page.ts';

/** The reference page of a detection that needs the graph, or several events. */
export function correlationPage(correlation: Correlation): string {
  const { name, source, severity, attack, description, condition, remediation, falsePositives } = correlation;
  const { fires, nearMiss, references } = correlation;
  const manifest = fires.cluster.trim();
  return `<!-- Written by npm run docs from detections/correlate; change it there. -->
# ${name}

${description}

| | |
|---|---|
| Source | ${sources[source]}, with the graph |
| Severity | ${severity} |
| ATT&CK ${attackVersion} | ${attack.map(attackLink).join(', ')} |

## What it goes by

${condition}

## What to do

${remediation}

## When nothing is wrong

${falsePositives}

## A history that fires it
${manifest === '' ? '' : `\nIn a cluster of these objects:\n\n\`\`\`yaml\n${manifest}\n\`\`\`\n\nthese events:\n`}
\`\`\`json
${JSON.stringify(fires.events, null, 2)}
\`\`\`

## A near miss

${nearMiss.because} What differs:

${nearMiss.change.cluster === undefined ? '' : `\`\`\`yaml\n${nearMiss.change.cluster.trim()}\n\`\`\`\n`}${nearMiss.change.events === undefined ? '' : `\`\`\`json\n${JSON.stringify(nearMiss.change.events, null, 2)}\n\`\`\`\n`}
## References

${references.map((url) => `- <${url}>`).join('\n')}
`;
}
