import type { AuditSource, Fidelity, FidelityPart, Json, JsonObject, ObjectReference } from '../event.ts';
import { type ParsedAudit, readAudit, refused, together } from '../parse.ts';
import { isObject } from '../record.ts';
import type { AuditShape } from '../shape.ts';
import { objectOf, uriOf, verbOf } from './resource-name.ts';

/**
 * Entries of Cloud Audit Logs of GKE: by themselves, as entries:list answers, and as messages of Pub/Sub.
 * https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging
 */
export const logEntries: AuditShape = {
  fits: (value) => entriesOf(value).some(isKubernetes),
  read: (value, source) =>
    together(
      entriesOf(value).map((entry, index) =>
        readEntry(entry, { ...source, pointer: `${source.pointer} entry ${index}` }),
      ),
    ),
};

function entriesOf(value: JsonObject): readonly Json[] {
  if (Array.isArray(value.entries)) return value.entries as readonly Json[];
  const messages = Array.isArray(value.receivedMessages) ? (value.receivedMessages as readonly Json[]) : [value];
  return messages.map((each) => {
    const message = isObject(each) ? each.message : undefined;
    return isObject(message) && typeof message.data === 'string' ? unpacked(message.data) : each;
  });
}

function unpacked(base64: string): Json {
  try {
    return JSON.parse(String(Buffer.from(base64, 'base64'))) as Json;
  } catch {
    return null;
  }
}

/** Of the services that write audit logs, only k8s.io is the API server. */
function isKubernetes(entry: Json): boolean {
  return isObject(entry) && isObject(entry.protoPayload) && entry.protoPayload.serviceName === 'k8s.io';
}

/** What no entry says; and what is concluded from the rest of it, with the code where the answer does not say that. */
const missing: readonly FidelityPart[] = ['groups', 'extra', 'query'];
const inferred: readonly FidelityPart[] = ['level', 'stage', 'uri'];
const sessions: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward']);

/** Reads one entry; those of other services are passed over. */
export function readEntry(entry: Json, from: AuditSource): ParsedAudit {
  if (!isObject(entry)) return refused(from.pointer, 'this is no log entry');
  if (!isKubernetes(entry)) return { events: [], problems: [] };
  const payload = entry.protoPayload as JsonObject;
  const { project_id, location, cluster_name } = textsOf(at(entry.resource, 'labels'));
  const id = `projects/${project_id}/locations/${location}/clusters/${cluster_name}`;
  const cluster =
    cluster_name === undefined ? null : { id, name: cluster_name, region: location ?? '', account: project_id ?? '' };
  const source: AuditSource = {
    ...from,
    provider: 'gke',
    route: 'cloud-logging',
    cluster: from.cluster ?? cluster,
    pointer: `${from.pointer} ${text(entry.insertId) ?? ''}`.trimEnd(),
  };
  const status = statusIn(payload.response);
  const fidelity: Fidelity = { missing, inferred: status === undefined ? ['code', ...inferred] : inferred };
  return readAudit(recordOf(entry, payload, status), source, fidelity);
}

function recordOf(entry: JsonObject, payload: JsonObject, told: JsonObject | undefined): JsonObject {
  const { authenticationInfo, requestMetadata, request, response } = payload;
  const resourceName = text(payload.resourceName) ?? '';
  const methodName = text(payload.methodName) ?? '';
  const verb = verbOf(methodName);
  const object = objectOf(methodName, resourceName);
  const requestObject = withoutType(request);
  const responseObject = told === undefined ? withoutType(response) : undefined;
  const name = [requestObject, responseObject].map((each) => text(at(at(each, 'metadata'), 'name'))).find(Boolean);
  const username = text(at(authenticationInfo, 'principalEmail'));
  const impersonated = text(at(authenticationInfo, 'authoritySelector'));
  const callerIp = text(at(requestMetadata, 'callerIp'));
  const { operation } = entry;
  const goesOn = at(operation, 'first') === true && at(operation, 'last') !== true;
  return {
    level: responseObject !== undefined ? 'RequestResponse' : requestObject !== undefined ? 'Request' : 'Metadata',
    // A request that goes on has two entries, of one operation.
    auditID: text(at(operation, 'id')) ?? entry.insertId,
    stage: goesOn ? 'ResponseStarted' : 'ResponseComplete',
    requestURI: uriOf(resourceName),
    verb,
    user: username && { username },
    impersonatedUser: impersonated && { username: impersonated },
    sourceIPs: callerIp && [callerIp],
    userAgent: text(at(requestMetadata, 'callerSuppliedUserAgent')),
    objectRef: { name, ...object } as JsonObject,
    responseStatus: told ?? inferredStatus(payload.status, verb, object),
    requestObject,
    responseObject,
    requestReceivedTimestamp: entry.timestamp,
    stageTimestamp: entry.timestamp,
    annotations: textsOf(entry.labels),
  };
}

/** Of google.rpc.Code, which says less than HTTP does. https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const codes: Readonly<Record<number, readonly [code: number, reason: string]>> = {
  1: [499, 'ClientClosedRequest'],
  3: [400, 'BadRequest'],
  4: [504, 'Timeout'],
  5: [404, 'NotFound'],
  6: [409, 'AlreadyExists'],
  7: [403, 'Forbidden'],
  8: [429, 'TooManyRequests'],
  9: [400, 'BadRequest'],
  10: [409, 'Conflict'],
  11: [400, 'BadRequest'],
  12: [501, 'NotImplemented'],
  13: [500, 'InternalError'],
  14: [503, 'ServiceUnavailable'],
  16: [401, 'Unauthorized'],
};

function inferredStatus(
  status: Json | undefined,
  verb: string,
  { resource, subresource }: ObjectReference,
): JsonObject {
  const rpc = at(status, 'code');
  if (typeof rpc === 'number' && rpc !== 0) {
    const [code, reason] = codes[rpc] ?? [500, 'InternalError'];
    return { code, reason, message: text(at(status, 'message')) };
  }
  if (resource === 'pods' && sessions.has(subresource ?? '')) return { code: 101 };
  return { code: verb === 'create' ? 201 : 200 };
}

/** The answer of an API server that is a status says the code itself. */
function statusIn(response: Json | undefined): JsonObject | undefined {
  if (!isObject(response) || response['@type'] !== 'core.k8s.io/v1.Status') return undefined;
  return typeof response.code === 'number' ? (withoutType(response) as JsonObject) : undefined;
}

function withoutType(object: Json | undefined): Json | undefined {
  if (!isObject(object)) return object ?? undefined;
  const { '@type': _type, ...rest } = object;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function at(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? value[key] : undefined;
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsOf(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (typeof each === 'string' ? [[key, each]] : [])),
  );
}
