import type { GraphStore } from '../../store/port.ts';
import { commitQueue } from '../commit-queue.ts';
import type { AlertEvent } from './alert.ts';
import { alertLimits } from './check.ts';
import type { Detected } from './detected.ts';
import { occurrencesOf } from './occurrences.ts';
import type { AlertRecords } from './port.ts';

/** Takes what detections find. */
export interface AlertDesk {
  /**
   * Records an occurrence; durable when it resolves. Those that come while a commit is on its way share the next one.
   * Rejects with a StoreError: INVALID_VALUE for one that cannot be kept, UPSTREAM_UNAVAILABLE while too many wait.
   */
  raise(detected: Detected): Promise<AlertEvent>;
}

/** Opens the desk of one tenant. */
export function alertDesk(
  { store, alerts }: { readonly store: Pick<GraphStore, 'find'>; readonly alerts: Pick<AlertRecords, 'raise'> },
  tenant: string,
): AlertDesk {
  const enqueue = commitQueue<Detected, AlertEvent>({
    what: 'alerts',
    mostWaiting: 10_000,
    size: () => 1,
    commitSize: alertLimits.occurrences,
    async commit(cluster, batch) {
      const occurrences = await occurrencesOf(store, tenant, cluster, batch);
      const good = occurrences.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const events = good.length === 0 ? [] : await alerts.raise(tenant, cluster, good, new Date().toISOString());
      const byKey = new Map(events.map((event) => [event.alert.key, event]));
      return occurrences.map((each) =>
        each.status === 'rejected' ? each : { status: 'fulfilled', value: byKey.get(each.value.key) as AlertEvent },
      );
    },
  });
  return { raise: (detected) => enqueue(detected.cluster, detected) };
}
