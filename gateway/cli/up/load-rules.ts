import { behaviours } from '../../../detections/baselines/behaviours/index.ts';
import { catalogue, type Detection } from '../../../detections/catalogue.ts';
import { correlations } from '../../../detections/correlate/index.ts';
import { problemText } from '../../../detections/engine/problem.ts';
import { type LoadedDetections, loadDetections } from '../../../detections/load.ts';
import { packFiles } from '../../../detections/rules/pack.ts';
import { readRuleFiles } from '../detect/rule-files.ts';
import { printable } from '../table.ts';
import type { Session } from './session.ts';

/** What watches for attacks. */
export interface Watched {
  /** Loads the rules: some keep count of what they have seen. */
  readonly load: () => LoadedDetections;
  readonly detections: readonly Detection[];
  /** How long somebody is watched before unusual behaviour is told of; 0 where that is left out. */
  readonly learnSeconds: number;
}

const usualLearnDays = 7;

/** Our own rules and those of the settings beside them. A bad rule is told of, and the others run. */
export async function watchedBy({ settings, terminal }: Pick<Session, 'settings' | 'terminal'>): Promise<Watched> {
  const files = [...packFiles(), ...(await readRuleFiles(settings.rules))];
  const loaded = loadDetections(files);
  for (const problem of loaded.problems) terminal.err(`${printable(problemText(problem))}\n`);
  const learnSeconds = (settings.learn ?? usualLearnDays) * 86_400;
  const unusual = behaviours.map((behaviour) => ({ behaviour, isOn: learnSeconds > 0 }));
  return { load: () => loadDetections(files), detections: catalogue(loaded, correlations, unusual), learnSeconds };
}
