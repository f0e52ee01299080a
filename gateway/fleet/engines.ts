import type { Logger } from 'pino';
import { openPathEngine } from '../../graph/paths/engine.ts';
import type { PathEngine } from '../../graph/paths/port.ts';
import type { GraphStore } from '../../graph/store/port.ts';

/** The path engines of all tenants, each opened when first asked for. */
export function pathEngines(store: GraphStore, logger: Logger) {
  const opened = new Map<string, Promise<PathEngine>>();
  return {
    open(tenant: string): Promise<PathEngine> {
      let engine = opened.get(tenant);
      if (!engine) {
        engine = openPathEngine(store, tenant, { onTrouble: (err) => logger.error({ err, tenant }, 'path engine') });
        opened.set(tenant, engine);
        engine.catch(() => opened.delete(tenant)); // the next who asks tries again
      }
      return engine;
    },
    async close(): Promise<void> {
      await Promise.all([...opened.values()].map(async (engine) => (await engine).close()));
    },
  };
}
