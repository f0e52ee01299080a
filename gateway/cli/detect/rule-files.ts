import { glob, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NotDelivered } from '../../../collectors/audit/delivered.ts';
import type { Provider } from '../../../collectors/audit/event.ts';
import type { LoadedRules, RuleFile } from '../../../detections/engine/load.ts';
import type { NotCovered } from '../../../detections/engine/not-covered.ts';
import { problemText } from '../../../detections/engine/problem.ts';
import { loadDetections } from '../../../detections/load.ts';
import { packFiles } from '../../../detections/rules/pack.ts';
import type { Terminal } from '../command.ts';
import { CommandError } from '../errors.ts';
import { printable, table } from '../table.ts';

/** Loads rule files, or our own rules when there are none; whatever is wrong with them ends the command. */
export async function rulesOf(paths: readonly string[], terminal: Terminal): Promise<LoadedRules> {
  const files = paths.length === 0 ? packFiles() : await readRuleFiles(paths);
  const loaded = loadDetections(files);
  for (const problem of loaded.problems) terminal.err(`${printable(problemText(problem))}\n`);
  const errors = loaded.problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) throw new CommandError(`${errors} ${errors === 1 ? 'mistake' : 'mistakes'} in the rules: see above`);
  return loaded;
}

/** Files as they are given; of a folder, every `.yml` and `.yaml` below it, by name. */
export async function readRuleFiles(paths: readonly string[]): Promise<readonly RuleFile[]> {
  const files = await Promise.all(paths.map(filesOf));
  return Promise.all(files.flat().map(read));
}

async function filesOf(path: string): Promise<readonly string[]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false, // whoever reads it says why
  );
  if (!isFolder) return [path];
  const names = await Array.fromAsync(glob('**/*.{yml,yaml}', { cwd: path }));
  if (names.length === 0) throw new CommandError(`there is no rule file (.yml, .yaml) in the folder ${path}`);
  return names.sort().map((name) => join(path, name));
}

async function read(path: string): Promise<RuleFile> {
  try {
    return { name: path, text: await readFile(path, 'utf8') };
  } catch (error) {
    throw new CommandError(`rule file ${path} cannot be read: ${(error as Error).message}`);
  }
}

/**
 * Every rule, with whether events can fulfil it.
 *
 * @param lost those that events of a provider fulfil less
 */
export function ruleTable({ rules }: LoadedRules, lost: readonly NotCovered[]): string {
  const lostBy = new Map(lost.map((each) => [each.rule, each]));
  const rows = rules.map(({ name, source, severity, techniques, enabled, coverage }) => {
    const { state } = lostBy.get(name) ?? coverage;
    const missing = [...coverage.missing, ...(lostBy.get(name)?.missing ?? [])];
    return [
      source,
      severity,
      enabled ? 'on' : 'off',
      { full: 'covered', partial: 'partly covered', none: 'not covered' }[state],
      techniques.join(' '),
      name,
      missing.length === 0 ? '' : `needs ${missing.join(', ')}`,
    ];
  });
  return table(['SOURCE', 'SEVERITY', 'STATE', 'COVERAGE', 'ATT&CK', 'RULE', ''], rows);
}

/** Which rules are silent for want of fields, so that nobody takes that for peace. */
export function reportCoverage({ rules }: LoadedRules, terminal: Terminal): void {
  const enabled = rules.filter((rule) => rule.enabled);
  const count = (state: 'partial' | 'none'): number =>
    enabled.filter(({ coverage }) => coverage.state === state).length;
  const [partial, none] = [count('partial'), count('none')];
  terminal.err(`${enabled.length} rules`);
  if (partial + none > 0)
    terminal.err(`, of which ${none} are not covered and ${partial} partly, for want of fields (--list shows them)`);
  terminal.err('\n');
}

/** Which rules were silent for what the events of a provider did not have. */
export function reportLost(
  provider: Provider,
  { parts, verbs }: NotDelivered,
  lost: readonly NotCovered[],
  terminal: Terminal,
): void {
  if (lost.length === 0) return;
  const lacking = [...parts, ...verbs.map((verb) => `events of the verb ${verb}`)].join(', ');
  terminal.err(`  what came from ${provider} did not have: ${lacking}\n`);
  for (const { rule, state, missing } of lost) {
    const how = state === 'none' ? 'not covered' : 'partly covered';
    terminal.err(`  ${how} by it: ${printable(`${rule} (needs ${missing.join(', ')})`)}\n`);
  }
}
