import type { EventLog } from '../../../events/port.ts';
import { storeLog } from '../../../events/store-log.ts';
import { CommandError, exitStatus } from '../errors.ts';
import type { Session } from './session.ts';

/** Opens the event log in Redis where the settings name one; undefined for the store's own. */
export async function openEvents({ settings, opened, logger }: Session): Promise<EventLog | undefined> {
  if (settings.redis === null) return undefined;
  const { openRedisLog } = await import('../../../events/redis/log.ts');
  const onTrouble = (err: unknown): void => logger.warn({ err }, 'the event log in Redis');
  try {
    return await openRedisLog(settings.redis, storeLog(opened.store, opened.alerts), { onTrouble });
  } catch (error) {
    throw new CommandError((error as Error).message, exitStatus.outside);
  }
}
