import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import rhea, { type EventContext, type Message, type Sender } from 'rhea';

/** A hub that speaks AMQP as Azure Event Hubs does, as far as a consumer asks: claims, management, partitions from a position. */
export interface EventHubsFake {
  readonly connectionString: string;
  /** As the service would sign with another key. */
  readonly wrongConnectionString: string;
  append(partition: string, body: string): void;
  /** What retention does: events up to this sequence number are gone. */
  dropUntil(partition: string, sequence: number): void;
  /** Those that were read in, in their order. */
  readonly consumerGroups: ReadonlySet<string>;
  stop(): Promise<void>;
}

interface Stored {
  readonly sequence: number;
  readonly offset: number;
  readonly enqueuedAt: number;
  readonly body: string;
}

interface Reading {
  readonly sender: Sender;
  readonly partition: string;
  /** The next one to be sent. */
  next: number;
}

const keyName = 'listen';
const key = 'c2VjcmV0';

/** https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide */
export async function startEventHubs(hub: string, partitions: readonly string[]): Promise<EventHubsFake> {
  const container = rhea.create_container({ id: 'event hubs' });
  (
    container as unknown as { sasl_server_mechanisms: { enable_anonymous(): void } }
  ).sasl_server_mechanisms.enable_anonymous();
  const logs = new Map<string, Stored[]>(partitions.map((id) => [id, []]));
  const dropped = new Map<string, number>();
  const replies = new Map<string, Sender>();
  const reading = new Set<Reading>();
  const consumerGroups = new Set<string>();

  container.on('sender_open', ({ sender }: EventContext) => {
    if (sender === undefined) return;
    const { source, target } = sender as unknown as {
      source: { address: string; filter?: Record<string, { value: string }> };
      target: { address: string };
    };
    sender.set_source(source as never);
    sender.set_target(target as never);
    if (source.address.startsWith('$') || source.address.endsWith('/$management')) {
      replies.set(sender.name, sender);
      return;
    }
    const [, name, group = '', partition = ''] =
      /^([^/]+)\/ConsumerGroups\/([^/]+)\/Partitions\/(.+)$/i.exec(source.address) ?? [];
    const log = logs.get(partition);
    if (name !== hub || log === undefined) {
      sender.close({ condition: 'amqp:not-found', description: `${source.address} could not be found` });
      return;
    }
    consumerGroups.add(group);
    const selector = source.filter?.['apache.org:selector-filter:string']?.value ?? '';
    const isAfter = (event: Stored): boolean =>
      selects(selector, event) && event.sequence > (dropped.get(partition) ?? -1);
    const found = log.findIndex(isAfter);
    reading.add({ sender, partition, next: found === -1 ? log.length : found });
  });
  container.on('sender_close', ({ sender }: EventContext) => {
    for (const each of reading) if (each.sender === sender) reading.delete(each);
  });
  container.on('message', ({ message, receiver }: EventContext) => {
    const address = (receiver as unknown as { target: { address: string } }).target.address;
    const reply = replies.get(String(message?.reply_to));
    if (message === undefined || reply === undefined) return;
    const answer = address === '$cbs' ? claim(message) : about(message, hub, logs);
    reply.send({ correlation_id: message.message_id as string, ...answer } as Message);
  });
  container.on('sendable', () => send());

  function send(): void {
    for (const each of reading) {
      const log = logs.get(each.partition) as Stored[];
      while (each.sender.sendable()) {
        const event = log[each.next];
        if (event === undefined) break;
        each.next++;
        each.sender.send(messageOf(event));
      }
    }
  }
  const server = container.listen({ port: 0, host: '127.0.0.1' }) as unknown as Server;
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = (secret: string): string =>
    `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=${keyName};SharedAccessKey=${secret};UseDevelopmentEmulator=true`;
  return {
    connectionString: connection(key),
    wrongConnectionString: connection('d3Jvbmc='),
    append(partition, body) {
      const log = logs.get(partition) as Stored[];
      log.push({ sequence: log.length, offset: log.length * 1_000, enqueuedAt: Date.now(), body });
      send();
    },
    dropUntil(partition, until) {
      dropped.set(partition, until);
    },
    consumerGroups,
    stop: async () => {
      server.close();
    },
  };
}

/** Whether an event lies behind a position, such as `amqp.annotation.x-opt-offset > '4000'`. */
function selects(selector: string, { sequence, offset, enqueuedAt }: Stored): boolean {
  const [, what = '', than = '', value = ''] = /x-opt-([a-z-]+) (>=?) '(-?\d+)'/.exec(selector) ?? [];
  const own = { offset, 'sequence-number': sequence, 'enqueued-time': enqueuedAt }[what];
  if (own === undefined) throw new Error(`the fake knows no selector ${selector}`);
  return than === '>' ? own > Number(value) : own >= Number(value);
}

/** Puts a token: a shared access signature, which must be ours. */
function claim({ body }: Message): Partial<Message> {
  const token = new URLSearchParams(String(body).replace('SharedAccessSignature ', ''));
  const signed = `${encodeURIComponent(token.get('sr') ?? '')}\n${token.get('se')}`;
  const good = createHmac('sha256', key).update(signed).digest('base64') === token.get('sig');
  const [status, description] = good
    ? [202, 'Accepted']
    : [401, 'InvalidSignature: The token has an invalid signature.'];
  return { application_properties: { 'status-code': status, 'status-description': description }, body: '' };
}

function about(
  { application_properties: asked }: Message,
  hub: string,
  logs: ReadonlyMap<string, unknown>,
): Partial<Message> {
  if (asked?.name !== hub)
    return {
      application_properties: {
        'status-code': 404,
        'status-description': `The messaging entity ${asked?.name} could not be found.`,
      },
      body: '',
    };
  const body = {
    name: hub,
    type: asked.type,
    created_at: new Date(0),
    partition_count: logs.size,
    partition_ids: [...logs.keys()],
  };
  return { application_properties: { 'status-code': 200, 'status-description': 'OK' }, body };
}

function messageOf({ sequence, offset, enqueuedAt, body }: Stored): Message {
  return {
    body: rhea.message.data_section(Buffer.from(body)),
    message_annotations: {
      'x-opt-sequence-number': sequence,
      'x-opt-offset': String(offset),
      'x-opt-enqueued-time': rhea.types.wrap_timestamp(enqueuedAt),
    },
  } as Message;
}
