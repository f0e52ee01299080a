import type { LoadedRules } from '../../../detections/engine/load.ts';
import { problemText } from '../../../detections/engine/problem.ts';
import { loadDetections } from '../../../detections/load.ts';
import { packFiles } from '../../../detections/rules/pack.ts';
import { readRuleFiles } from '../detect/rule-files.ts';
import { printable } from '../table.ts';
import type { Session } from './session.ts';

/** Our own rules and those of the settings beside them, as something that loads them. A bad rule is told of, and the others run. */
export async function watchedRules({
  settings,
  terminal,
}: Pick<Session, 'settings' | 'terminal'>): Promise<() => LoadedRules> {
  const files = [...packFiles(), ...(await readRuleFiles(settings.rules))];
  for (const problem of loadDetections(files).problems) terminal.err(`${printable(problemText(problem))}\n`);
  return () => loadDetections(files);
}
