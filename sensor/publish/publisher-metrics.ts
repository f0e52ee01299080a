import type { PublisherStatus } from './publisher.ts';
import type { Metric } from './serve-metrics.ts';
import { segmentsIn, sizeOf } from './spool/segments.ts';

/** What a publishing process says of itself. */
export function publisherMetrics(status: PublisherStatus, folder: string): readonly Metric[] {
  return [
    {
      name: 'portolan_publisher_records_delivered_total',
      help: 'Records that the receiver acknowledged.',
      label: 'class',
      read: () => status.delivered,
    },
    {
      name: 'portolan_publisher_records_missing_total',
      help: 'Records that were lost in the spool or refused, as far as the receiver has been told.',
      label: 'class',
      read: () => status.missing,
    },
    {
      name: 'portolan_publisher_records_refused_total',
      help: 'Records that the receiver refused for good.',
      label: 'class',
      read: () => status.refused,
    },
    {
      name: 'portolan_publisher_batches_total',
      help: 'Batches that the receiver acknowledged.',
      read: () => ({ '': status.batches }),
    },
    {
      name: 'portolan_publisher_failures_total',
      help: 'Tries that came to nothing.',
      read: () => ({ '': status.failures }),
    },
    {
      name: 'portolan_publisher_spool_damage_total',
      help: 'Damage found in the spool: pages refused, and bytes that belong to none.',
      label: 'what',
      read: () => ({ pages: status.damage.refusedPages, bytes: status.damage.skippedBytes }),
    },
    {
      name: 'portolan_publisher_lag_seconds',
      help: 'Age of the batch that waits for its acknowledgement.',
      read: () => ({ '': status.waitingSince === null ? 0 : (Date.now() - status.waitingSince) / 1000 }),
    },
    {
      name: 'portolan_publisher_spool_bytes',
      help: 'Bytes in the spool.',
      read: () => ({ '': segmentsIn(folder).reduce((sum, segment) => sum + sizeOf(segment), 0) }),
    },
  ];
}
