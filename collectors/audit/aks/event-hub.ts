import type { EventHubConsumerClient, EventPosition, ReceivedEventData, Subscription } from '@azure/event-hubs';
import type { AuditBatch } from '../batch.ts';
import type { AuditSource, Json } from '../event.ts';
import { type ParsedAudit, refused, together } from '../parse.ts';
import { isObject } from '../record.ts';
import { AuditSourceError } from '../source-error.ts';
import { readDiagnostics } from './diagnostics.ts';
import { azureIdentity, identityError } from './identity.ts';

/** Where the diagnostic settings of an AKS cluster stream to. */
export interface EventHubAddress {
  /** NAME.servicebus.windows.net */
  readonly namespace: string;
  readonly hub: string;
  /** The resource group of the cluster, and its name: a hub may hold those of several. */
  readonly resourceGroup: string;
  readonly cluster: string;
}

/** How far each partition has been read. */
export type EventHubCursor = Readonly<Record<string, { readonly offset: string; readonly sequence: number }>>;

export interface FollowEventHubOptions {
  readonly source: Omit<AuditSource, 'pointer' | 'provider' | 'route'>;
  /** Where to go on; null for a quarter of an hour before now. */
  readonly after: EventHubCursor | null;
  /** Of the namespace; null for the identity that Azure's tools find. */
  readonly connectionString: string | null;
  readonly consumerGroup: string;
}

const beforeMs = 900_000;
/** Events have up to 1 MiB each. */
const batchEvents = 10;

interface Received {
  readonly partition: string;
  readonly events: readonly ReceivedEventData[];
  readonly done: () => void;
}

/**
 * Follows the audit events of an AKS cluster in an event hub, until the signal is aborted. Reads every partition; whoever has
 * taken a batch over keeps its cursor.
 *
 * @throws AuditSourceError
 */
export async function* followEventHub(
  address: EventHubAddress,
  { source, after, connectionString, consumerGroup }: FollowEventHubOptions,
  signal: AbortSignal,
): AsyncGenerator<AuditBatch<EventHubCursor>> {
  const client = await clientOf(address, consumerGroup, connectionString);
  const isOurs = (resourceId: string): boolean =>
    resourceId.includes(`/resourcegroups/${address.resourceGroup.toLowerCase()}/`) &&
    resourceId.endsWith(`/${address.cluster.toLowerCase()}`);
  let cursor: EventHubCursor = after ?? {};
  const waiting: Received[] = [];
  let failure: Error | null = null;
  let wake = Promise.withResolvers<void>();
  const stop = (): void => wake.resolve();
  signal.addEventListener('abort', stop);
  let subscription: Subscription | undefined;
  try {
    const partitions = await client.getPartitionIds({ abortSignal: signal });
    subscription = client.subscribe(
      {
        // The next ones of a partition come when these are done with.
        processEvents: (events, { partitionId: partition }) =>
          new Promise((done) => {
            if (events.length === 0 || signal.aborted) return done();
            waiting.push({ partition, events, done });
            wake.resolve();
          }),
        processError: async (error) => {
          failure ??= error;
          wake.resolve();
        },
      },
      {
        startPosition: startPositions(partitions, cursor),
        maxBatchSize: batchEvents,
        maxWaitTimeInSeconds: 1,
        skipParsingBodyAsJson: true,
      },
    );
    while (!signal.aborted) {
      const next = waiting.shift();
      if (next === undefined) {
        if (failure !== null) throw failure;
        await wake.promise;
        wake = Promise.withResolvers();
        continue;
      }
      const { partition, events, done } = next;
      const from = { ...source, provider: 'aks', route: 'event-hub' } as const;
      const place = `${address.hub}, partition ${partition}`;
      const lost = lostBefore(events, cursor[partition], place);
      const read = events.map((event) =>
        readEvent(event.body, { ...from, pointer: `${place}, event ${event.sequenceNumber}` }, isOurs),
      );
      const last = events.at(-1) as ReceivedEventData;
      cursor = { ...cursor, [partition]: { offset: String(last.offset), sequence: last.sequenceNumber } };
      yield { ...together([lost, ...read]), cursor };
      done();
    }
  } catch (error) {
    if (!signal.aborted) throw toldOf(error, address);
  } finally {
    signal.removeEventListener('abort', stop);
    for (const { done } of waiting) done();
    await subscription?.close().catch(() => undefined);
    await client.close().catch(() => undefined);
  }
}

async function clientOf(
  { namespace, hub }: EventHubAddress,
  consumerGroup: string,
  connectionString: string | null,
): Promise<EventHubConsumerClient> {
  const { EventHubConsumerClient } = await import('@azure/event-hubs');
  // Whoever follows us tries again, and says so.
  const options = { retryOptions: { maxRetries: 1, retryDelayInMs: 1_000 } };
  if (connectionString !== null) return new EventHubConsumerClient(consumerGroup, connectionString, hub, options);
  return new EventHubConsumerClient(consumerGroup, namespace, hub, await azureIdentity(), options);
}

function startPositions(partitions: readonly string[], cursor: EventHubCursor): Record<string, EventPosition> {
  const enqueuedOn = new Date(Date.now() - beforeMs);
  return Object.fromEntries(
    partitions.map((partition) => {
      const offset = cursor[partition]?.offset;
      return [partition, offset === undefined ? { enqueuedOn } : { offset }];
    }),
  );
}

/** Sequence numbers have no gaps: where one is, the hub has dropped what was not read in time. */
function lostBefore(
  [first]: readonly ReceivedEventData[],
  known: EventHubCursor[string] | undefined,
  place: string,
): ParsedAudit {
  const lost = known === undefined || first === undefined ? 0 : first.sequenceNumber - known.sequence - 1;
  if (lost <= 0) return { events: [], problems: [] };
  return refused(place, `${lost} events were dropped by the hub before they were read: let it keep them for longer`);
}

function readEvent(body: unknown, source: AuditSource, isOurs: (resourceId: string) => boolean): ParsedAudit {
  let value: Json;
  try {
    value = JSON.parse(String(body)) as Json;
  } catch (error) {
    return refused(source.pointer, `this is not JSON: ${(error as Error).message}`);
  }
  if (isObject(value)) return readDiagnostics(value, source, isOurs);
  return refused(source.pointer, 'this is no diagnostic record of Azure Monitor');
}

const refusedClaim = /Unauthorized|InvalidSignature/;

function toldOf(thrown: unknown, { namespace, hub }: EventHubAddress): Error {
  // Of what was tried several times, each outcome is told.
  const error: unknown = thrown instanceof AggregateError ? thrown.errors.at(-1) : thrown;
  if (!(error instanceof Error)) return new Error(String(error));
  const { name, message } = error;
  const code = String((error as { readonly code?: unknown }).code ?? name);
  const where = `the event hub ${hub} of ${namespace}`;
  if (code === 'MessagingEntityNotFoundError')
    return new AuditSourceError(
      'UNREACHABLE',
      `${where} is not there, or has no such consumer group: correct the address (${message})`,
      error,
    );
  const unknown = identityError(error);
  if (unknown !== null) return unknown;
  const [line] = message.split('\n');
  if (refusedClaim.test(code))
    return new AuditSourceError(
      'UNAUTHORIZED',
      `${where} may not be read: give our identity the role Azure Event Hubs Data Receiver on it (${line})`,
      error,
    );
  return new AuditSourceError('UNREACHABLE', `${where} cannot be read: ${code}: ${message}`, error);
}
