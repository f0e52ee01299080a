import type { Logger } from 'pino';
import { placeOfFalco } from '../../../detections/correlate/falco-place.ts';
import { graphView } from '../../../detections/correlate/graph-view.ts';
import { joined, ofFalco } from '../../../detections/correlate/join.ts';
import type { FalcoAlert } from '../../../detections/import/falco.ts';
import { type AlertDesk, alertDesk } from '../../../graph/records/alerts/desk.ts';
import type { Sources } from '../../../resolvers/context.ts';

/** Takes over what Falco found in a cluster, by its id: durable when it resolves. */
export type FalcoIntake = (tenant: string, cluster: string, alert: FalcoAlert) => Promise<void>;

/** Opens the intake of all tenants. */
export function openFalcoIntake(
  { store, alerts, paths }: Pick<Sources, 'store' | 'alerts' | 'paths'>,
  logger: Logger,
): FalcoIntake {
  const desks = new Map<string, AlertDesk>();
  return async (tenant, cluster, alert) => {
    const desk = desks.get(tenant) ?? alertDesk({ store, alerts }, tenant);
    desks.set(tenant, desk);
    const detected = ofFalco(alert, placeOfFalco(alert), cluster);
    const view = graphView(store, () => paths(tenant), tenant, cluster);
    const known = await joined(detected, async () => [], view).catch((err: unknown) => {
      logger.error({ err, rule: alert.rule }, 'joining an alert of Falco with the graph');
      return detected;
    });
    await desk.raise(known);
  };
}
