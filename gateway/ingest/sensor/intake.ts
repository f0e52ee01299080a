import type { Logger } from 'pino';
import { graphView } from '../../../detections/correlate/graph-view.ts';
import { correlations } from '../../../detections/correlate/index.ts';
import { type NodeAlert, RecordError, readNodeAlert, readNodeEvent } from '../../../detections/correlate/node-alert.ts';
import { type NodeWatch, openNodeWatch } from '../../../detections/correlate/node-watch.ts';
import type { NodeEvent } from '../../../detections/engine/fields/syscall.ts';
import { deliveryLimits } from '../../../graph/records/deliveries/check.ts';
import type { DeclaredGap, Delivered, Loss } from '../../../graph/records/deliveries/delivery.ts';
import { type DeliveryDesk, deliveryDesk } from '../../../graph/records/deliveries/desk.ts';
import type { Sources } from '../../../resolvers/context.ts';
import type { Learning } from '../learnt.ts';
import { missingIn, readGap } from './losses.ts';
import type { SensorBatch } from './read-batch.ts';

export interface Taken {
  readonly outcome: Delivered;
  readonly alerts: number;
  /** What was wrong with records that were left out, with their class and number. */
  readonly problems: readonly string[];
}

/** Takes over what sensors send. */
export interface SensorIntake {
  /**
   * When it resolves, the batch is durable with all that it gives rise to, or was before. Rejects while it cannot be recorded:
   * send it again.
   */
  take(tenant: string, place: Place, batch: SensorBatch, digest: string): Promise<Taken>;
}

/** The id of the cluster, and the node, for which the sensor speaks. */
export interface Place {
  readonly cluster: string;
  readonly node: string;
}

interface Tenant {
  readonly watch: NodeWatch;
  readonly desk: DeliveryDesk;
}

/** Opens the intake of all tenants. */
export function openSensorIntake(
  { store, alerts, paths }: Pick<Sources, 'store' | 'alerts' | 'paths'>,
  learning: Learning,
  logger: Logger,
): SensorIntake {
  const tenants = new Map<string, Tenant>();

  function tenantOf(tenant: string): Tenant {
    const known = tenants.get(tenant);
    if (known) return known;
    const learnt = learning.of(tenant);
    const watch = openNodeWatch({
      correlations,
      ...(learnt !== undefined && { behaviours: learnt.of }),
      view: (cluster) => graphView(store, () => paths(tenant), tenant, cluster),
      onTrouble: (err, what) => logger.error({ err }, what),
    });
    const opened = { watch, desk: deliveryDesk({ store, alerts }, tenant) };
    tenants.set(tenant, opened);
    return opened;
  }

  return {
    async take(tenant, { cluster, node }, batch, digest) {
      const { watch, desk } = tenantOf(tenant);
      const { instance, sequence } = batch;
      const { alerts, events, losses, declared, problems } = contentOf(batch, new Date().toISOString());
      const { found, recorded } = await watch.judge(cluster, node, { alerts, events });
      const detected = found.slice(0, deliveryLimits.alerts);
      const over = found.length - detected.length;
      const reason = 'one batch gave rise to more than is recorded at a time';
      const lost: readonly Loss[] =
        over === 0 ? [] : [{ where: 'gateway', class: 'alert', count: over, reason, time: new Date().toISOString() }];
      const judged = { node, instance, sequence, digest, detected, losses: [...losses, ...lost], declared };
      const { outcome, refused } = await desk.deliver(cluster, judged);
      recorded();
      for (const err of refused) logger.error({ err, node }, 'an alert of a sensor cannot be recorded');
      return { outcome, alerts: outcome === 'taken' ? detected.length - refused.length : 0, problems };
    },
  };
}

interface Content {
  readonly alerts: readonly NodeAlert[];
  readonly events: readonly NodeEvent[];
  readonly losses: readonly Loss[];
  readonly declared: readonly DeclaredGap[] | null;
  readonly problems: readonly string[];
}

/** What the records of a batch say. One that says nothing is left out, and is a loss. */
function contentOf({ sections }: SensorBatch, now: string): Content {
  const alerts: NodeAlert[] = [];
  const events: NodeEvent[] = [];
  const losses: Loss[] = [...missingIn(sections, now)];
  const problems: string[] = [];
  let declared: readonly DeclaredGap[] | null = null;
  for (const { class: name, first, records } of sections) {
    for (const [index, text] of records.entries()) {
      try {
        if (name === 'alert') alerts.push(readNodeAlert(text));
        else if (name === 'gap') {
          const gap = readGap(text, now);
          losses.push(...gap.losses);
          declared = gap.declared ?? declared;
        } else events.push(readNodeEvent(text));
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
        problems.push(`${name} ${first + index}: ${error.message}`);
        losses.push({ where: 'gateway', class: name, count: 1, reason: 'the records could not be read', time: now });
      }
    }
  }
  return { alerts, events, losses: summed(losses), declared, problems };
}

/** Losses of one place, class and reason as one. */
function summed(losses: readonly Loss[]): readonly Loss[] {
  const groups = Map.groupBy(losses, ({ where, class: name, reason }) => `${where} ${name} ${reason}`);
  return Array.from(groups.values(), (group) => {
    const last = group.at(-1) as Loss;
    const counts = group.map(({ count }) => count);
    const count = counts.includes(null) ? null : (counts as readonly number[]).reduce((sum, each) => sum + each, 0);
    return { ...last, count };
  });
}
