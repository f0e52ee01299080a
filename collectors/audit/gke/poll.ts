import type { AuditBatch } from '../batch.ts';
import type { AuditSource, Json, JsonObject } from '../event.ts';
import { together } from '../parse.ts';
import { isObject } from '../record.ts';
import { AuditSourceError } from '../source-error.ts';
import { type PollTiming, rounds, timeWindow, type WindowCursor } from '../window.ts';
import { readEntry } from './log-entry.ts';

/** A GKE cluster. */
export interface GkeAddress {
  readonly project: string;
  /** A region or a zone. */
  readonly location: string;
  readonly cluster: string;
}

export interface PollCloudLoggingOptions {
  readonly source: Omit<AuditSource, 'pointer' | 'provider' | 'route'>;
  /** Where to go on; null for a little before now. */
  readonly after: WindowCursor | null;
  /** Where Cloud Logging is served. */
  readonly endpoint?: string;
  readonly timing: PollTiming;
}

const google = 'https://logging.googleapis.com';
const scope = 'https://www.googleapis.com/auth/logging.read';
const requestMs = 60_000;
const pageSize = 1_000;
/** How long after it was received an entry can be listed, at the latest. */
const shownMs = 120_000;

/**
 * Follows the audit logs of a GKE cluster in Cloud Logging until the signal is aborted, by entries:list. Asks for what is new,
 * and now and then for what came late, of that only for what has been received since it was last asked so. A project may ask
 * 60 times a minute, for all its clusters.
 *
 * @throws AuditSourceError
 */
export async function* pollCloudLogging(
  address: GkeAddress,
  { source, after, endpoint = google, timing }: PollCloudLoggingOptions,
  signal: AbortSignal,
): AsyncGenerator<AuditBatch<WindowCursor>> {
  const { GoogleAuth } = await import('google-auth-library');
  // Without a project it would look for one, by running gcloud.
  const auth = new GoogleAuth({ scopes: scope, projectId: address.project });
  const window = timeWindow(after ?? { newest: Date.now() - timing.before, taken: '' }, timing);
  const pointer = `Cloud Logging of ${address.cluster}`;
  const read = (entry: Json) => readEntry(entry, { ...source, provider: 'gke', route: 'cloud-logging', pointer });
  /** When what is known was received, at the latest (ms): now, and when it was last looked back. */
  let received = 0;
  let lookedAt = 0;
  const isNew = (entry: Json): boolean => {
    if (!isObject(entry)) return false;
    received = Math.max(received, Date.parse(String(entry.receiveTimestamp)) || 0);
    return window.take(`${entry.timestamp} ${entry.insertId}`, Date.parse(String(entry.timestamp)) || 0);
  };
  try {
    for await (const { since, looksBack } of rounds(window, timing, signal)) {
      const known = received;
      const filter = filterOf(address, since, looksBack ? Math.max(0, lookedAt - shownMs) : 0);
      const ask = { resourceNames: [`projects/${address.project}`], filter, orderBy: 'timestamp asc', pageSize };
      let pageToken: Json | undefined;
      // A page may be empty, and yet not the last.
      do {
        const page = await list(endpoint, await auth.getAccessToken(), { ...ask, pageToken }, signal);
        const fresh = Array.isArray(page.entries) ? (page.entries as readonly Json[]).filter(isNew) : [];
        if (fresh.length > 0)
          yield { ...together([window.tooLate(pointer), ...fresh.map(read)]), cursor: window.cursor() };
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined && !signal.aborted);
      if (looksBack) lookedAt = known;
    }
  } catch (error) {
    if (!signal.aborted) throw toldOf(error, address);
  }
}

/** https://cloud.google.com/logging/docs/view/logging-query-language */
function filterOf({ location, cluster }: GkeAddress, since: number, receivedSince: number): string {
  return [
    'resource.type="k8s_cluster"',
    `resource.labels.location="${location}"`,
    `resource.labels.cluster_name="${cluster}"`,
    'protoPayload.serviceName="k8s.io"',
    '(log_id("cloudaudit.googleapis.com/activity") OR log_id("cloudaudit.googleapis.com/data_access"))',
    `timestamp>="${new Date(since).toISOString()}"`,
    ...(receivedSince === 0 ? [] : [`receiveTimestamp>="${new Date(receivedSince).toISOString()}"`]),
  ].join(' AND ');
}

class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function list(
  endpoint: string,
  token: string | null | undefined,
  body: JsonObject,
  signal: AbortSignal,
): Promise<JsonObject> {
  const response = await fetch(`${endpoint}/v2/entries:list`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error', // the token is for Google
    signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
  });
  const answer = (await response.json().catch(() => null)) as Json;
  if (response.ok && isObject(answer)) return answer;
  const error = isObject(answer) && isObject(answer.error) ? answer.error.message : undefined;
  throw new HttpError(response.status, String(error ?? response.statusText));
}

function toldOf(error: unknown, { project, cluster }: GkeAddress): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const where = `the audit logs of ${cluster} in the project ${project}`;
  const status = error instanceof HttpError ? error.status : 0;
  const told = `(${error.message})`;
  if (status === 401 || /default credentials|invalid_grant|invalid_client/i.test(error.message))
    return new AuditSourceError(
      'UNAUTHORIZED',
      `Google knows us not: see to the application default credentials ${told}`,
      error,
    );
  if (status === 403)
    return new AuditSourceError(
      'FORBIDDEN',
      `${where} may not be read: give our identity the roles Logs Viewer and, for reads, Private Logs Viewer ${told}`,
      error,
    );
  if (status === 429)
    return new AuditSourceError(
      'UNREACHABLE',
      `${where} are asked for too often: ask for a higher quota ${told}`,
      error,
    );
  return new AuditSourceError(
    'UNREACHABLE',
    `${where} cannot be read: ${status === 0 ? '' : `${status} `}${told}`,
    error,
  );
}
