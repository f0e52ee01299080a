import type { Session } from './session.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Drops once an hour what has been gone, or alerts not seen, for longer than the retention; ends with the returned function. */
export function startRetention({ settings, opened, logger }: Session): () => void {
  const timer = setInterval(() => {
    const before = new Date(Date.now() - settings.retention * dayMs);
    for (const kept of [opened.store, opened.alerts]) {
      kept.prune(settings.tenant, before).catch((err: unknown) => logger.error({ err }, 'pruning failed'));
    }
  }, hourMs);
  return () => clearInterval(timer);
}
