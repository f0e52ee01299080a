import { resolve } from 'node:path';
import { type BlobStorageCursor, followBlobStorage } from '../../collectors/audit/aks/blob-storage.ts';
import { type EventHubCursor, followEventHub } from '../../collectors/audit/aks/event-hub.ts';
import type { AuditBatch } from '../../collectors/audit/batch.ts';
import { pollCloudWatch } from '../../collectors/audit/eks/poll.ts';
import type { AuditSource, Provider } from '../../collectors/audit/event.ts';
import { followLog, type LogCursor } from '../../collectors/audit/follow-log.ts';
import { pollCloudLogging } from '../../collectors/audit/gke/poll.ts';
import { pollTiming, type WindowCursor } from '../../collectors/audit/window.ts';
import { type Cloud, cloudForms } from './cloud-forms.ts';

/** Where audit events of a cluster are read, as the settings name it: ADDRESS, or CLUSTER=ADDRESS. */
export interface AuditFeed {
  /** The address: what its cursor is recorded under, and what messages name. */
  readonly address: string;
  /** Name or id of the cluster; null for the only one there is. */
  readonly cluster: string | null;
  readonly provider: Provider;
  /** `after` is the cursor of a batch, as it was recorded, or null. What cannot be read is thrown as AuditSourceError. */
  readonly read: (
    cluster: NonNullable<AuditSource['cluster']>,
    after: unknown,
    signal: AbortSignal,
  ) => AsyncIterable<AuditBatch<unknown>>;
}

/** The log of an API server: FILE, or CLUSTER=FILE; a file has no `=` before its first slash. */
export function auditLogFeed(text: string): AuditFeed {
  const [, cluster = null, file = text] = /^([^=/]+)=(.+)$/.exec(text) ?? [];
  const address = resolve(file);
  return {
    address,
    cluster,
    provider: 'selfmanaged',
    read: (of, after, signal) => {
      const source = { provider: 'selfmanaged', route: 'file', cluster: of } as const;
      return followLog(address, { source, after: after as LogCursor | null }, signal);
    },
  };
}

/** What is told beside addresses. */
export interface CloudAccess {
  /** Connection string of the namespace of event hubs; null for the identity that Azure's tools find. */
  readonly eventHubs: string | null;
  /** The consumer group to read event hubs in. */
  readonly consumerGroup: string;
  /** Connection string of the storage account; null for the identity that Azure's tools find. */
  readonly storageAccount: string | null;
  /** How many minutes later than newer ones an event of a source that is asked by time may come. */
  readonly auditLateness: number;
  /** Where Cloud Logging is served, if not where Google serves it. */
  readonly cloudLogging?: string;
}

const minuteMs = 60_000;

type Reader = (parts: readonly string[], access: CloudAccess) => AuditFeed['read'];

const readers: Readonly<Record<Cloud, Reader>> = {
  eks:
    ([region = '', name = ''], { auditLateness }) =>
    (cluster, after, signal) => {
      const source = { cluster: { ...cluster, region } };
      const timing = pollTiming(5_000, auditLateness * minuteMs);
      return pollCloudWatch(region, name, { source, after: after as WindowCursor | null, timing }, signal);
    },
  aks:
    ([namespace = '', hub = '', resourceGroup = '', name = ''], { eventHubs, consumerGroup }) =>
    (cluster, after, signal) => {
      const access = { connectionString: eventHubs, consumerGroup };
      const options = { source: { cluster }, after: after as EventHubCursor | null, ...access };
      return followEventHub({ namespace, hub, resourceGroup, cluster: name }, options, signal);
    },
  'aks-storage':
    ([account = '', resourceGroup = '', name = ''], { storageAccount }) =>
    (cluster, after, signal) => {
      const options = {
        source: { cluster },
        after: after as BlobStorageCursor | null,
        connectionString: storageAccount,
      };
      return followBlobStorage({ account, resourceGroup, cluster: name }, options, signal);
    },
  gke:
    ([project = '', location = '', name = ''], { cloudLogging, auditLateness }) =>
    (cluster, after, signal) => {
      const source = { cluster: { ...cluster, region: location, account: project } };
      const endpoint = cloudLogging === undefined ? {} : { endpoint: cloudLogging };
      const timing = pollTiming(10_000, auditLateness * minuteMs);
      const options = { source, after: after as WindowCursor | null, timing, ...endpoint };
      return pollCloudLogging({ project, location, cluster: name }, options, signal);
    },
};

/**
 * The audit events of a cloud's cluster: ADDRESS, or CLUSTER=ADDRESS, where the name may be that of a context of EKS, with
 * colons and a slash; null where it is no such address.
 */
export function cloudFeed(text: string, access: CloudAccess): AuditFeed | null {
  const [, cluster = null, address = '', scheme = '', rest = ''] = /^(?:(.+)=)?(([a-z-]+):\/\/(.+))$/.exec(text) ?? [];
  if (!Object.hasOwn(cloudForms, scheme)) return null;
  const parts = rest.split('/');
  const isWhole = parts.length === cloudForms[scheme as Cloud].split('/').length;
  if (!isWhole || !parts.every((part) => /^[\w.()$:-]+$/.test(part))) return null;
  const provider = scheme === 'aks-storage' ? 'aks' : (scheme as Exclude<Cloud, 'aks-storage'>);
  return { address, cluster, provider, read: readers[scheme as Cloud](parts, access) };
}
