import { StoreError } from '../../store/errors.ts';
import { checkMoment, checkNewAlert, checkText } from '../alerts/check.ts';
import type { Delivery } from './delivery.ts';

/** The most of each that one delivery holds; texts in UTF-16 code units. */
export const deliveryLimits = { alerts: 5_000, losses: 1_000, declared: 100, name: 300, reason: 1_000 } as const;

/** Refuses a delivery that could not be kept: INVALID_VALUE or TOO_LARGE, naming the place. */
export function checkDelivery(delivery: Delivery): void {
  const { node, instance, sequence, digest, alerts, losses, declared } = delivery;
  const { name, reason } = deliveryLimits;
  for (const [place, text] of Object.entries({ node, instance, digest })) checkText(text, place, name, 1);
  if (!Number.isSafeInteger(sequence) || sequence < 1)
    throw new StoreError('INVALID_VALUE', `sequence: ${sequence} is no whole number from 1 on.`);
  for (const [place, list] of Object.entries({ alerts, losses, declared: declared ?? [] })) {
    const most = deliveryLimits[place as 'alerts' | 'losses' | 'declared'];
    if (list.length > most)
      throw new StoreError('TOO_LARGE', `A delivery holds at most ${most} ${place}, not ${list.length}.`);
  }
  for (const alert of alerts) checkNewAlert(alert);
  for (const loss of losses) {
    checkText(loss.where, 'where of a loss', name, 1);
    if (loss.class !== null) checkText(loss.class, 'class of a loss', name, 1);
    if (loss.count !== null && !(Number.isSafeInteger(loss.count) && loss.count >= 0))
      throw new StoreError('INVALID_VALUE', `count of a loss: ${loss.count} is no whole number.`);
    checkText(loss.reason, 'reason of a loss', reason);
    checkMoment(loss.time, 'time of a loss');
  }
  for (const gap of declared ?? []) {
    checkText(gap.cause, 'cause of a gap', name, 1);
    if (gap.probe !== null) checkText(gap.probe, 'probe of a gap', name, 1);
    checkText(gap.reason, 'reason of a gap', reason);
  }
}
