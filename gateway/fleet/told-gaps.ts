import type { Partition } from '../../graph/model/graph.ts';
import type { Extent, NodeFact } from '../../graph/model/observation.ts';
import { ref } from '../../graph/model/ref.ts';
import type { AlertRecords } from '../../graph/records/alerts/port.ts';
import type { Records } from '../../graph/records/port.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { auditSources } from '../ingest/audit-source.ts';
import { auditGaps } from './audit-gaps.ts';
import { sensorGaps, silentNodes } from './sensor-gaps.ts';

export interface Sources {
  readonly store: Pick<GraphStore, 'find'>;
  readonly alerts: Pick<AlertRecords, 'senders'>;
  readonly records: Pick<Records, 'value'>;
}

/** Who tells, beside the collector, what is not seen of a cluster. */
export interface Teller {
  /** What it speaks for; the source is that of its gaps. */
  readonly extent: Extent;
  /** The coverage gaps of a cluster as they are now. */
  readonly gaps: (sources: Sources, partition: Partition, now: number) => Promise<readonly NodeFact<'CoverageGap'>[]>;
}

/** How many names one question holds. */
const chunk = 500;

const sensors: Teller = {
  extent: { source: 'sensor', kind: 'Sensor' },
  async gaps({ store, alerts }, { tenant, cluster }, now) {
    const senders = await alerts.senders(tenant, cluster);
    const silent = silentNodes(senders, now).map((node) => ref('Node', null, node));
    const living = new Set<string>();
    for (let start = 0; start < silent.length; start += chunk) {
      const filter = { field: 'ref', in: silent.slice(start, start + chunk) };
      const scope = { tenant, clusters: { [cluster]: 'all' } } as const;
      const { items } = await store.find(scope, { kinds: ['Node'], filter, page: { first: chunk } });
      for (const { item } of items) living.add(item.name);
    }
    return sensorGaps(senders, living, now);
  },
};

const audit: Teller = {
  extent: { source: 'audit', kind: 'AuditEvent' },
  gaps: async ({ records }, { tenant, cluster }, now) => auditGaps(await auditSources(records, tenant, cluster), now),
};

export const tellers: readonly Teller[] = [sensors, audit];
