import type { BlobServiceClient, ContainerClient, RestError } from '@azure/storage-blob';
import type { AuditBatch } from '../batch.ts';
import type { AuditSource, Json } from '../event.ts';
import { linesAfter, type ReadAt } from '../lines-after.ts';
import { type AuditProblem, type ParsedAudit, parseAudit, refused, together } from '../parse.ts';
import { pause } from '../pause.ts';
import { isObject } from '../record.ts';
import { AuditSourceError } from '../source-error.ts';
import { type AuditBlob, auditContainers, blobsSince, clusterFolders, hourOf } from './audit-blobs.ts';
import { readDiagnostics } from './diagnostics.ts';
import { azureIdentity, identityError } from './identity.ts';

/** Where the diagnostic settings of an AKS cluster archive to. */
export interface BlobStorageAddress {
  /** NAME.blob.core.windows.net */
  readonly account: string;
  readonly resourceGroup: string;
  readonly cluster: string;
}

/** How far the blobs have been read. */
export interface BlobStorageCursor {
  /** The first hour (ms) whose blobs may still grow, or have not been read. */
  readonly since: number;
  /** Bytes that have been read of the blobs since then, by container and name. */
  readonly read: Readonly<Record<string, number>>;
}

export interface FollowBlobStorageOptions {
  readonly source: Omit<AuditSource, 'pointer' | 'provider' | 'route'>;
  /** Where to go on; null for the hour that it was a quarter of an hour ago. */
  readonly after: BlobStorageCursor | null;
  /** Of the account; null for the identity that Azure's tools find. */
  readonly connectionString: string | null;
  readonly pollMs?: number;
}

const beforeMs = 900_000;
/** How long a blob is looked at after its hour has begun: Azure still writes to it while the next one has begun. */
const growsMs = 2 * 3_600_000;
const requestMs = 60_000;
/** How often is looked for a category that was not there. */
const lookMs = 60_000;

/**
 * Follows the audit events of an AKS cluster in a storage account, where each hour is an append blob with a record a line,
 * until the signal is aborted. Lists the blobs of the last hours and reads what they have grown by.
 *
 * @throws AuditSourceError
 */
export async function* followBlobStorage(
  address: BlobStorageAddress,
  { source, after, connectionString, pollMs = 10_000 }: FollowBlobStorageOptions,
  signal: AbortSignal,
): AsyncGenerator<AuditBatch<BlobStorageCursor>> {
  let { since, read } = after ?? { since: hourOf(Date.now() - beforeMs), read: {} };
  const readLine = (text: string, pointer: string): ParsedAudit =>
    parseAudit(text, { ...source, provider: 'aks', route: 'storage', pointer }, readRecord);
  try {
    const folders = foldersOf(await clientOf(address, connectionString), address);
    for (; !signal.aborted; await pause(pollMs, signal)) {
      const next = Math.max(since, hourOf(Date.now() - growsMs));
      const blobs = await blobsOf(await folders(signal), since, signal);
      const lost = lostOf(blobs, read);
      if (lost.length > 0) {
        read = without(read, new Set(lost.map(({ place }) => place)));
        yield { events: [], problems: lost, cursor: { since, read } };
      }
      for (const blob of blobs) {
        const key = keyOf(blob);
        const isLine = (rest: Buffer): boolean => blob.hour < next || isWhole(rest);
        for await (const part of linesAfter(readerOf(blob, signal), read[key] ?? 0, isLine, key)) {
          read = { ...read, [key]: part.offset };
          const lines = part.lines.map(({ text, at }) => readLine(text, `${key} at byte ${at}`));
          yield { ...together([{ events: [], problems: part.problems }, ...lines]), cursor: { since, read } };
          if (signal.aborted) return;
        }
      }
      since = next;
      read = without(read, new Set(blobs.filter(({ hour }) => hour < since).map(keyOf)));
    }
  } catch (error) {
    if (!signal.aborted) throw toldOf(error, address);
  }
}

async function clientOf({ account }: BlobStorageAddress, connectionString: string | null): Promise<BlobServiceClient> {
  const { BlobServiceClient } = await import('@azure/storage-blob');
  // Whoever follows us tries again, and says so.
  const options = { retryOptions: { maxTries: 2, retryDelayInMs: 1_000, tryTimeoutInMs: requestMs } };
  if (connectionString !== null) return BlobServiceClient.fromConnectionString(connectionString, options);
  return new BlobServiceClient(`https://${account}`, await azureIdentity(), options);
}

interface Folder {
  readonly container: ContainerClient;
  readonly folder: string;
}

/** Finds the folder of the cluster in each container that has one. What is there is looked up once. */
function foldersOf(
  client: BlobServiceClient,
  { account, resourceGroup, cluster }: BlobStorageAddress,
): (signal: AbortSignal) => Promise<readonly Folder[]> {
  const found = new Map<string, Folder>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async (signal) => {
    if (performance.now() - lookedAt < lookMs) return [...found.values()];
    let refusal: RestError | null = null;
    for (const name of auditContainers.filter((each) => !found.has(each))) {
      const container = client.getContainerClient(name);
      try {
        const [folder, another] = await clusterFolders(container, resourceGroup, cluster, signal);
        if (another !== undefined) throw new AuditSourceError('UNREACHABLE', `${name} holds ${folder} and ${another}`);
        if (folder !== undefined) found.set(name, { container, folder });
      } catch (error) {
        const { statusCode } = error as RestError;
        // Whoever archives one category need not let us read the other.
        if (statusCode === 403) refusal = error as RestError;
        else if (statusCode !== 404) throw error;
      }
    }
    if (found.size === 0) throw refusal ?? notArchived(account, resourceGroup, cluster);
    lookedAt = performance.now();
    return [...found.values()];
  };
}

function notArchived(account: string, resourceGroup: string, cluster: string): AuditSourceError {
  const what = `audit events of a cluster ${cluster} in a resource group ${resourceGroup}`;
  const advice = 'have a diagnostic setting of the cluster archive kube-audit there, or correct the address';
  return new AuditSourceError('UNREACHABLE', `the storage account ${account} holds no ${what}: ${advice}`);
}

/** By hour. */
async function blobsOf(folders: readonly Folder[], since: number, signal: AbortSignal): Promise<readonly AuditBlob[]> {
  const lists = await Promise.all(folders.map(({ container, folder }) => blobsSince(container, folder, since, signal)));
  return lists.flat().sort((a, b) => a.hour - b.hour);
}

function keyOf({ container, name }: AuditBlob): string {
  return `${container.containerName}/${name}`;
}

function without(read: BlobStorageCursor['read'], keys: ReadonlySet<string>): BlobStorageCursor['read'] {
  return Object.fromEntries(Object.entries(read).filter(([key]) => !keys.has(key)));
}

/** What was being read and has been deleted since, or has been begun anew. */
function lostOf(blobs: readonly AuditBlob[], read: BlobStorageCursor['read']): readonly AuditProblem[] {
  const bytes = new Map(blobs.map((blob) => [keyOf(blob), blob.bytes]));
  return Object.entries(read)
    .filter(([key, offset]) => (bytes.get(key) ?? -1) < offset)
    .map(([place, offset]) => ({ place, message: `it was deleted: what was written behind byte ${offset} is lost` }));
}

/** Reads what a blob held when it was listed. */
function readerOf({ container, name, bytes }: AuditBlob, abortSignal: AbortSignal): ReadAt {
  const blob = container.getBlobClient(name);
  return (offset, size) => {
    const count = Math.min(size, bytes - offset);
    return count <= 0 ? Promise.resolve(Buffer.alloc(0)) : blob.downloadToBuffer(offset, count, { abortSignal });
  };
}

/** A record that no newline follows: nothing that is whole by itself can be the beginning of another. */
function isWhole(rest: Buffer): boolean {
  try {
    return isObject(JSON.parse(rest.toString()) as Json);
  } catch {
    return false;
  }
}

/** The folder says whose it is. */
function readRecord(value: Json, source: AuditSource): ParsedAudit {
  if (isObject(value)) return readDiagnostics(value, source, () => true);
  return refused(source.pointer, 'this is no diagnostic record of Azure Monitor');
}

function toldOf(error: unknown, { account }: BlobStorageAddress): Error {
  if (error instanceof AuditSourceError || !(error instanceof Error)) return error as Error;
  const { code = error.name, statusCode, message } = error as RestError;
  const [line] = message.split('\n');
  if (statusCode === 401 || code === 'InvalidAuthenticationInfo' || /failed to authenticate/i.test(line ?? ''))
    return new AuditSourceError('UNAUTHORIZED', `the storage account ${account} knows us not: ${line}`, error);
  if (statusCode === 403)
    return new AuditSourceError(
      'FORBIDDEN',
      `the storage account ${account} may not be read: give our identity the role Storage Blob Data Reader on it (${code}: ${line})`,
      error,
    );
  return (
    identityError(error) ??
    new AuditSourceError('UNREACHABLE', `the storage account ${account} cannot be read: ${code}: ${line}`, error)
  );
}
