import type { Logger } from 'pino';
import { graphView } from '../../detections/correlate/graph-view.ts';
import { correlations } from '../../detections/correlate/index.ts';
import { openWatch, type Watch } from '../../detections/correlate/watch.ts';
import type { LoadedRules } from '../../detections/engine/load.ts';
import { alertDesk } from '../../graph/records/alerts/desk.ts';
import type { Sources } from '../../resolvers/context.ts';
import type { Learning } from './learnt.ts';

/** The watches of all tenants, each opened when its first event comes. */
export interface Watches {
  of(tenant: string): Watch;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
}

export function openWatches(
  { store, alerts, paths }: Pick<Sources, 'store' | 'alerts' | 'paths'>,
  rules: () => LoadedRules,
  learning: Learning,
  logger: Logger,
): Watches {
  const opened = new Map<string, Watch>();
  return {
    of(tenant) {
      const known = opened.get(tenant);
      if (known) return known;
      const learnt = learning.of(tenant);
      const watch = openWatch({
        rules,
        ...(learnt !== undefined && { behaviours: learnt.of }),
        correlations,
        view: (cluster) => graphView(store, () => paths(tenant), tenant, cluster),
        desk: alertDesk({ store, alerts }, tenant),
        onTrouble: (err, what) => logger.error({ err }, what),
      });
      opened.set(tenant, watch);
      return watch;
    },
    async idle() {
      await Promise.all(Array.from(opened.values(), (watch) => watch.idle()));
    },
  };
}
