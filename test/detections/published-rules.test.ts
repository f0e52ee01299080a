import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import type { LoadedRules, RuleFile } from '../../detections/engine/load.ts';
import { problemText } from '../../detections/engine/problem.ts';
import { loadDetections } from '../../detections/load.ts';
import { isSigma } from '../../detections/sigma/load.ts';
import { readRuleFiles } from '../../gateway/cli/detect/rule-files.ts';

// Rule files as others publish them (the folder `rules` of falcosecurity/rules, k8s_audit_rules.yaml of falcosecurity/plugins,
// `rules/linux` and `rules/application/kubernetes` of SigmaHQ/sigma). They are not ours to keep, and no package has them:
// whoever has them says where, and learns which of them are not covered, and why.
const folder = process.env.PORTOLAN_RULE_FILES;
const skip = folder === undefined && 'PORTOLAN_RULE_FILES names no folder of published rule files';

/** Of how many rules there are, how many can fire; and why not the others. */
function summary({ rules, refused }: LoadedRules): string {
  const of = (state: string): number => rules.filter(({ coverage }) => coverage.state === state).length;
  const counts = `${rules.length} rules: ${of('full')} covered, ${of('partial')} partly, ${of('none')} not; ${refused.length} left out`;
  const lacking = rules
    .filter(({ coverage }) => coverage.state !== 'full')
    .map(({ name, coverage }) => `  ${coverage.state}: ${name} (needs ${coverage.missing.join(', ')})`);
  return [counts, ...lacking, ...refused.map(({ name, reason }) => `  left out: ${name} (${reason})`)].join('\n');
}

test('published rule files load unchanged', { skip }, async (context) => {
  const files = await readRuleFiles([folder ?? '']);
  const loadWell = (name: string, together: readonly RuleFile[]): void => {
    const loaded = loadDetections(together);
    const errors = loaded.problems.filter(({ severity }) => severity === 'error');
    assert.deepEqual(errors.map(problemText), []);
    assert.ok(loaded.rules.length + loaded.refused.length > 0, name);
    context.diagnostic(`${name}: ${summary(loaded)}`);
  };
  // Each of Falco stands alone; of Sigma, correlations count on rules of other files.
  for (const file of files.filter((one) => !isSigma(one))) loadWell(basename(file.name), [file]);
  const sigma = files.filter(isSigma);
  if (sigma.length > 0) loadWell('Sigma', sigma);
});
