import type { CloudWatchLogsClient, FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import type { AuditBatch } from '../batch.ts';
import type { AuditSource } from '../event.ts';
import { together } from '../parse.ts';
import { AuditSourceError } from '../source-error.ts';
import { type PollTiming, rounds, timeWindow, type WindowCursor } from '../window.ts';
import { auditStreams, logGroupOf, readLogEvent } from './log-event.ts';

export interface PollCloudWatchOptions {
  readonly source: Omit<AuditSource, 'pointer' | 'provider' | 'route'>;
  /** Where to go on; null for a little before now. */
  readonly after: WindowCursor | null;
  readonly timing: PollTiming;
}

/**
 * Follows the audit log of an EKS cluster in CloudWatch Logs until the signal is aborted, by FilterLogEvents. Asks for what is
 * new, and now and then for what came late: it cannot be asked by when events came in. An account may ask five times a second
 * in a region, for all its clusters.
 *
 * @throws AuditSourceError
 */
export async function* pollCloudWatch(
  region: string,
  cluster: string,
  { source, after, timing }: PollCloudWatchOptions,
  signal: AbortSignal,
): AsyncGenerator<AuditBatch<WindowCursor>> {
  const { CloudWatchLogsClient, FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const client = new CloudWatchLogsClient({ region });
  const logGroupName = logGroupOf(cluster);
  const window = timeWindow(after ?? { newest: Date.now() - timing.before, taken: '' }, timing);
  const read = (event: FilteredLogEvent): ReturnType<typeof readLogEvent> => {
    const pointer = `${logGroupName} ${event.logStreamName} ${event.eventId}`;
    return readLogEvent(event.message ?? '', { ...source, provider: 'eks', route: 'cloudwatch', pointer });
  };
  try {
    await requireStreams(client, logGroupName, signal);
    for await (const { since: startTime } of rounds(window, timing, signal)) {
      let nextToken: string | undefined;
      // A page may be empty, and yet not the last.
      do {
        const command = new FilterLogEventsCommand({
          logGroupName,
          logStreamNamePrefix: auditStreams,
          startTime,
          nextToken,
        });
        const page = await client.send(command, { abortSignal: signal });
        const fresh = (page.events ?? []).filter(({ eventId = '', timestamp = 0 }) => window.take(eventId, timestamp));
        if (fresh.length > 0)
          yield { ...together([window.tooLate(logGroupName), ...fresh.map(read)]), cursor: window.cursor() };
        nextToken = page.nextToken;
      } while (nextToken !== undefined && !signal.aborted);
    }
  } catch (error) {
    if (!signal.aborted) throw toldOf(error, region, logGroupName);
  } finally {
    client.destroy();
  }
}

/** A log group without these streams is quiet for ever. */
async function requireStreams(client: CloudWatchLogsClient, logGroupName: string, abortSignal: AbortSignal) {
  const { DescribeLogStreamsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const command = new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: auditStreams, limit: 1 });
  const { logStreams = [] } = await client.send(command, { abortSignal });
  if (logStreams.length === 0)
    throw new AuditSourceError('UNREACHABLE', `${logGroupName} has no stream ${auditStreams}*: ${switchOn}`);
}

const switchOn = 'switch on the control plane logs of the type audit of the cluster';
const rights = 'logs:DescribeLogStreams and logs:FilterLogEvents';
const unauthorized =
  /^(CredentialsProviderError|UnrecognizedClient|InvalidSignature|ExpiredToken|InvalidClientTokenId)/;

function toldOf(error: unknown, region: string, logGroup: string): Error {
  if (error instanceof AuditSourceError || !(error instanceof Error)) return error as Error;
  const { name, message } = error;
  if (name === 'ResourceNotFoundException')
    return new AuditSourceError('UNREACHABLE', `there is no log group ${logGroup} in ${region}: ${switchOn}`, error);
  if (name === 'AccessDeniedException')
    return new AuditSourceError('FORBIDDEN', `${logGroup} may not be read: allow ${rights} on it (${message})`, error);
  if (unauthorized.test(name))
    return new AuditSourceError(
      'UNAUTHORIZED',
      `AWS knows us not: see to the credentials of this process (${message})`,
      error,
    );
  return new AuditSourceError('UNREACHABLE', `${logGroup} in ${region} cannot be read: ${name}: ${message}`, error);
}
