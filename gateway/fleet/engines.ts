import type { Logger } from 'pino';
import { openPathEngine } from '../../graph/paths/engine.ts';
import type { PathEngine } from '../../graph/paths/port.ts';
import type { GraphStore } from '../../graph/store/port.ts';

/** An engine holds a thread and a whole tenant's graph; far longer than any question may take. */
const defaultIdleMs = 15 * 60_000;

interface Opened {
  readonly engine: Promise<PathEngine>;
  usedAt: number;
}

/**
 * The path engines of all tenants, each opened when first asked for, and closed once nobody has asked for it for a
 * while: so ask anew for each question.
 */
export function pathEngines(store: GraphStore, logger: Logger, idleMs: number = defaultIdleMs) {
  const opened = new Map<string, Opened>();
  const closing = new Set<Promise<void>>();

  function close(tenant: string, { engine }: Opened): void {
    opened.delete(tenant);
    const closed = engine
      .then((found) => found.close())
      .catch((err: unknown) => logger.error({ err, tenant }, 'closing a path engine failed'))
      .finally(() => closing.delete(closed));
    closing.add(closed);
  }

  const sweep = setInterval(() => {
    for (const [tenant, each] of opened) if (Date.now() - each.usedAt > idleMs) close(tenant, each);
  }, idleMs / 4).unref();

  return {
    open(tenant: string): Promise<PathEngine> {
      const known = opened.get(tenant);
      if (known) {
        known.usedAt = Math.max(known.usedAt, Date.now());
        return known.engine;
      }
      const engine = openPathEngine(store, tenant, {
        onTrouble: (err) => logger.error({ err, tenant }, 'path engine'),
      });
      // While it opens somebody waits for it, however long that takes.
      const each: Opened = { engine, usedAt: Number.POSITIVE_INFINITY };
      opened.set(tenant, each);
      engine.then(
        () => {
          each.usedAt = Date.now();
        },
        () => opened.delete(tenant), // the next who asks tries again
      );
      return engine;
    },
    async close(): Promise<void> {
      clearInterval(sweep);
      for (const [tenant, each] of opened) close(tenant, each);
      await Promise.all(closing);
    },
  };
}
