import type { NewAlert } from '../alerts/alert.ts';
import type { Delivered, Delivery, KeptLoss, Loss, Sender } from './delivery.ts';

/** How many senders of one node are remembered; a node has one, and a new one with each of its sensor's pods. */
export const mostSenders = 16;
/** How long after the last one losses of a place count as over. */
export const lossesMs = 24 * 3_600_000;

export type SenderKey = Pick<Sender, 'node' | 'instance'>;

export interface Settled {
  /** What becomes of each delivery. */
  readonly outcomes: readonly Delivered[];
  /** The alerts of those that are taken. */
  readonly alerts: readonly NewAlert[];
  /** The senders that have come further, as they are now. */
  readonly changed: readonly Sender[];
  /** Those that are remembered no longer. */
  readonly forgotten: readonly SenderKey[];
}

/** What becomes of deliveries, in their order, given all senders of their nodes. The one rule for both stores. */
export function settle(remembered: readonly Sender[], deliveries: readonly Delivery[], at: string): Settled {
  const senders = new Map(remembered.map((sender) => [keyOf(sender), sender]));
  const changed = new Map<string, Sender>();
  const alerts: NewAlert[] = [];
  const outcomes = deliveries.map((delivery): Delivered => {
    const key = keyOf(delivery);
    const before = senders.get(key);
    if (before !== undefined && delivery.sequence <= before.sequence)
      return delivery.sequence === before.sequence && delivery.digest !== before.digest ? 'conflict' : 'known';
    const sender = advanced(before, delivery, at);
    senders.set(key, sender);
    changed.set(key, sender);
    for (const alert of delivery.alerts) alerts.push(alert);
    return 'taken';
  });
  const forgotten = [...Map.groupBy(senders.values(), ({ node }) => node).values()].flatMap((ofNode) =>
    ofNode.sort((a, b) => a.heardAt.localeCompare(b.heardAt)).slice(0, -mostSenders),
  );
  return { outcomes, alerts, changed: [...changed.values()], forgotten };
}

function keyOf({ node, instance }: SenderKey): string {
  return `${instance} ${node}`;
}

function advanced(before: Sender | undefined, delivery: Delivery, at: string): Sender {
  const { node, instance, sequence, digest, declared } = delivery;
  const skipped = before === undefined ? 0 : sequence - before.sequence - 1;
  const reason = `${skipped} batches that the sensor takes for delivered are not known here`;
  const missed = skipped === 0 ? [] : [{ where: 'receiver', class: null, count: null, reason, time: at }];
  return {
    node,
    instance,
    sequence,
    digest,
    heardAt: at,
    losses: [...delivery.losses, ...missed].reduce(added, before?.losses ?? []),
    declared: declared ?? before?.declared ?? [],
  };
}

function added(losses: readonly KeptLoss[], { time, ...loss }: Loss): readonly KeptLoss[] {
  const same = losses.find((other) => other.where === loss.where && other.class === loss.class);
  const others = losses.filter((other) => other !== same);
  if (same === undefined || Date.parse(time) - Date.parse(same.last) > lossesMs)
    return [...others, { ...loss, first: time, last: time }];
  const count = loss.count === null || same.count === null ? null : loss.count + same.count;
  const first = time < same.first ? time : same.first;
  return [...others, { ...loss, count, first, last: time > same.last ? time : same.last }];
}
