import type { Logger } from 'pino';
import type { Learning } from '../../ingest/learnt.ts';

const saveMs = 60_000;

export const notSaved = 'what was learnt of usual behaviour could not be written down';

/** Writes down every minute what was learnt; ends with the returned function. */
export function startSaving(learning: Pick<Learning, 'save'>, logger: Logger): () => void {
  const timer = setInterval(() => {
    learning.save().catch((err: unknown) => logger.error({ err }, notSaved));
  }, saveMs);
  return () => clearInterval(timer);
}
