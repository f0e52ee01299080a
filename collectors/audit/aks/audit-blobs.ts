import type { ContainerClient } from '@azure/storage-blob';

/** The records of one hour, in the container of their category. The blob grows at its end while the hour lasts, and a little longer. */
export interface AuditBlob {
  readonly container: ContainerClient;
  readonly name: string;
  /** When the hour begins (ms). */
  readonly hour: number;
  readonly bytes: number;
}

/** The categories that hold audit events; kube-audit-admin has all but get and list. */
export const auditContainers = ['insights-logs-kube-audit', 'insights-logs-kube-audit-admin'] as const;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export function hourOf(time: number): number {
  return time - (time % hourMs);
}

/**
 * The folders of a container that hold the records of a cluster, by its name and resource group, in whatever case:
 * resourceId=/SUBSCRIPTIONS/ID/RESOURCEGROUPS/GROUP/PROVIDERS/NAMESPACE/TYPE/CLUSTER/.
 * https://learn.microsoft.com/azure/azure-monitor/platform/resource-logs#send-to-azure-storage
 */
export async function clusterFolders(
  container: ContainerClient,
  resourceGroup: string,
  cluster: string,
  abortSignal: AbortSignal,
): Promise<readonly string[]> {
  const path = [
    'resourceId=',
    'subscriptions',
    null,
    'resourcegroups',
    resourceGroup,
    'providers',
    null,
    null,
    cluster,
  ];
  let found: readonly string[] = [''];
  for (const part of path) {
    const next: string[] = [];
    for (const prefix of found)
      for await (const { kind, name } of container.listBlobsByHierarchy('/', { prefix, abortSignal })) {
        const own = name.slice(prefix.length, -1);
        if (kind === 'prefix' && (part ?? own).toLowerCase() === own.toLowerCase()) next.push(name);
      }
    found = next;
  }
  return found;
}

/** The blobs of a folder of the hours since one, in no order. */
export async function blobsSince(
  container: ContainerClient,
  folder: string,
  since: number,
  abortSignal: AbortSignal,
): Promise<readonly AuditBlob[]> {
  const found: AuditBlob[] = [];
  for (let day = since - (since % dayMs); day <= Date.now(); day += dayMs) {
    const [year, month, date] = new Date(day).toISOString().slice(0, 10).split('-');
    const prefix = `${folder}y=${year}/m=${month}/d=${date}/`;
    for await (const { name, properties } of container.listBlobsFlat({ prefix, abortSignal })) {
      const [, ofDay] = /^h=(\d\d)\//.exec(name.slice(prefix.length)) ?? [];
      if (ofDay === undefined) continue;
      const hour = Date.parse(`${year}-${month}-${date}T${ofDay}:00:00Z`);
      if (hour >= since) found.push({ container, name, hour, bytes: properties.contentLength ?? 0 });
    }
  }
  return found;
}
