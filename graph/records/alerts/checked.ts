import { checkDelivery } from '../deliveries/check.ts';
import { checkAct, checkOccurrences, checkSuppression } from './check.ts';
import type { AlertRecords } from './port.ts';

/** Refuses what no store could keep before it is asked to. */
export function checkedAlerts(records: AlertRecords): AlertRecords {
  return {
    ...records,
    async raise(tenant, cluster, occurrences, at) {
      checkOccurrences(occurrences);
      return records.raise(tenant, cluster, occurrences, at);
    },
    async deliver(tenant, cluster, deliveries, at) {
      for (const delivery of deliveries) checkDelivery(delivery);
      return records.deliver(tenant, cluster, deliveries, at);
    },
    async change(scope, id, change, act) {
      checkAct(act);
      return records.change(scope, id, change, act);
    },
    async suppress(scope, rule, act) {
      checkAct(act);
      checkSuppression(rule);
      return records.suppress(scope, rule, act);
    },
    async endSuppression(scope, id, act) {
      checkAct(act);
      return records.endSuppression(scope, id, act);
    },
  };
}
