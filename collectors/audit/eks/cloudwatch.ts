import { gunzipSync } from 'node:zlib';
import type { AuditSource, Json, JsonObject } from '../event.ts';
import { topLevelValues } from '../json-pieces.ts';
import { type ParsedAudit, refused, together } from '../parse.ts';
import { isObject } from '../record.ts';
import type { AuditShape } from '../shape.ts';
import { auditStreams, readLogEvent } from './log-event.ts';

/** What may be packed in one value, in all its records: a batch of Firehose has 1 to 4 MiB, an event of Lambda 6. */
const mostUnpackedBytes = 32 << 20;

/**
 * What CloudWatch Logs hands on: subscription records (packed, as Lambda, Kinesis and Firehose get them, or unpacked), and
 * the answer of FilterLogEvents.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export const cloudWatch: AuditShape = {
  fits: (value) => isSubscription(value) || isAnswer(value) || packedIn(value).length > 0,
  read(value, source) {
    if (isSubscription(value)) return readSubscription(value, source);
    if (isAnswer(value)) return readLogEvents(value.events as readonly Json[], null, source);
    let room = mostUnpackedBytes;
    return together(
      packedIn(value).map((data, index) => {
        const place = at(source, `record ${index}`);
        const text = unpacked(data, room);
        room -= text?.length ?? 0;
        if (text === null)
          return refused(place.pointer, `this is no gzip, or holds more than ${mostUnpackedBytes >> 20} MiB`);
        return together(Array.from(topLevelValues(text), (part) => readPart(part, place)));
      }),
    );
  },
};

function isSubscription({ messageType, logEvents }: JsonObject): boolean {
  return (messageType === 'DATA_MESSAGE' || messageType === 'CONTROL_MESSAGE') && Array.isArray(logEvents);
}

function isAnswer({ events }: JsonObject): boolean {
  if (!Array.isArray(events)) return false;
  const [first] = events as readonly Json[];
  return isObject(first) && typeof first.message === 'string' && first.logStreamName !== undefined;
}

/** The base64 of what is packed: in the event of a Lambda function, and in records of Kinesis and Firehose. */
function packedIn({ awslogs, Records, records }: JsonObject): readonly string[] {
  if (isObject(awslogs)) return typeof awslogs.data === 'string' ? [awslogs.data] : [];
  const list = Records ?? records;
  if (!Array.isArray(list)) return [];
  return (list as readonly Json[]).flatMap((record) => {
    if (!isObject(record)) return [];
    const data = (isObject(record.kinesis) ? record.kinesis.data : undefined) ?? record.data ?? record.Data;
    return typeof data === 'string' ? [data] : [];
  });
}

/** The text of what is packed; null where it is no gzip, or holds more than so many bytes. */
function unpacked(base64: string, mostBytes: number): string | null {
  const bytes = Buffer.from(base64, 'base64');
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return String(isGzip ? gunzipSync(bytes, { maxOutputLength: Math.max(1, mostBytes) }) : bytes);
  } catch {
    return null;
  }
}

function readPart(text: string, source: AuditSource): ParsedAudit {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return refused(source.pointer, `this is not JSON: ${(error as Error).message}`);
  }
  if (isObject(value) && isSubscription(value)) return readSubscription(value, source);
  return refused(source.pointer, 'this is no subscription record of CloudWatch Logs');
}

/** Control messages only ask whether the destination is there. */
function readSubscription(value: JsonObject, source: AuditSource): ParsedAudit {
  const { messageType, logGroup, logStream, logEvents, owner } = value;
  if (messageType === 'CONTROL_MESSAGE' || !isAudit(logStream)) return nothing;
  const name = /^\/aws\/eks\/(.+)\/cluster$/.exec(String(logGroup))?.[1];
  const cluster = name === undefined ? null : { id: name, name, region: '', account: String(owner ?? '') };
  return readLogEvents(logEvents as readonly Json[], logStream as string, {
    ...source,
    cluster: source.cluster ?? cluster,
  });
}

function readLogEvents(events: readonly Json[], stream: string | null, from: AuditSource): ParsedAudit {
  const source: AuditSource = { ...from, provider: 'eks', route: 'cloudwatch' };
  return together(
    events.map((event, index) => {
      const place = at(source, `log event ${index}`);
      if (!isObject(event) || typeof event.message !== 'string')
        return refused(place.pointer, 'a log event has a message');
      return isAudit(stream ?? event.logStreamName) ? readLogEvent(event.message, place) : nothing;
    }),
  );
}

function isAudit(stream: Json | undefined): boolean {
  return typeof stream === 'string' && stream.startsWith(auditStreams);
}

const nothing: ParsedAudit = { events: [], problems: [] };

function at(source: AuditSource, where: string): AuditSource {
  return { ...source, pointer: `${source.pointer} ${where}` };
}
