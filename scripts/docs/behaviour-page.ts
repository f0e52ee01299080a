import type { Behaviour, History, Measure } from '../../detections/baselines/define.ts';
import { attackVersion } from '../../detections/rules/define.ts';
import { attackLink, sources } from './detection-page.ts';

/** The reference page of a detection of what is unusual. */
export function behaviourPage(behaviour: Behaviour): string {
  const { name, source, severity, attack, description, remediation, falsePositives, references } = behaviour;
  const { learns, condition, identity, measure, fires, nearMiss } = behaviour;
  return `<!-- Written by npm run docs from detections/baselines; change it there. -->
# ${name}

${description}

| | |
|---|---|
| Source | ${sources[source]}, and [what is usual](../baselines.md) |
| Severity | ${severity} |
| ATT&CK ${attackVersion} | ${attack.map(attackLink).join(', ')} |
| Who is watched | ${code(identity)} |
| What is unusual | ${measureText(measure)} |

## What to do

${remediation}

## When nothing is wrong

${falsePositives}

## Events

Somebody becomes known by events of

\`\`\`
${learns}
\`\`\`

of which these are measured:

\`\`\`
${condition}
\`\`\`

## A history that fires it

${historyText(fires)}

## A near miss

${nearMiss.because}

${historyText(nearMiss.history)}

## References

${references.map((url) => `- <${url}>`).join('\n')}
`;
}

function code(fields: readonly string[]): string {
  return fields.map((field) => `\`${field}\``).join(' ');
}

function measureText(measure: Measure): string {
  if (measure.kind === 'burst')
    return `more different ${code(measure.of)} in ${measure.seconds / 60} minutes than usual, ${measure.least} at least`;
  const peers = measure.peers === null ? '' : `, rare among those of the same ${code([measure.peers])}, too`;
  return `${code(measure.feature)} that was not seen before${peers}`;
}

/** Its last event, and how many came before. */
function historyText(history: History): string {
  const [day, event] = history.at(-1) as History[number];
  return `${history.length - 1} events before, and on day ${Math.floor(day)}

\`\`\`json
${JSON.stringify(event, null, 2)}
\`\`\``;
}
