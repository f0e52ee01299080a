import type { GraphStore } from '../../store/port.ts';
import type { Detected } from '../alerts/detected.ts';
import { occurrencesOf } from '../alerts/occurrences.ts';
import type { AlertRecords } from '../alerts/port.ts';
import { commitQueue } from '../commit-queue.ts';
import { deliveryLimits } from './check.ts';
import type { Delivered, Delivery } from './delivery.ts';

/** A delivery as it comes from judging it: alerts are as detections found them. */
export interface Judged extends Omit<Delivery, 'alerts'> {
  readonly detected: readonly Detected[];
}

export interface Kept {
  readonly outcome: Delivered;
  /** Why alerts that can never be kept were left out. */
  readonly refused: readonly unknown[];
}

export interface DeliveryDesk {
  /** Commits a delivery, with others that come at the same time. UPSTREAM_UNAVAILABLE while too many wait. */
  deliver(cluster: string, judged: Judged): Promise<Kept>;
}

/** Opens the desk of one tenant. */
export function deliveryDesk(
  { store, alerts }: { readonly store: Pick<GraphStore, 'find'>; readonly alerts: Pick<AlertRecords, 'deliver'> },
  tenant: string,
): DeliveryDesk {
  const deliver = commitQueue<Judged, Kept>({
    what: 'deliveries',
    mostWaiting: 1_000,
    size: ({ detected }) => 1 + detected.length,
    commitSize: deliveryLimits.alerts,
    async commit(cluster, batch) {
      const all = batch.flatMap(({ detected }) => detected);
      const occurrences = (await occurrencesOf(store, tenant, cluster, all)).values();
      const deliveries = batch.map(({ detected, ...delivery }) => {
        const own = [...occurrences.take(detected.length)];
        const alerts = own.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
        const refused = own.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
        return { delivery: { ...delivery, alerts } satisfies Delivery, refused };
      });
      const outcomes = await alerts.deliver(
        tenant,
        cluster,
        deliveries.map(({ delivery }) => delivery),
        new Date().toISOString(),
      );
      return deliveries.map(({ refused }, index) => ({
        status: 'fulfilled',
        value: { outcome: outcomes[index] as Delivered, refused },
      }));
    },
  });
  return { deliver };
}
