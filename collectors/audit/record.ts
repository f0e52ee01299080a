import type { AuditRecord, Json, JsonObject } from './event.ts';

/** What is wrong with a record: a sentence that names the field. */
export class AuditRecordError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AuditRecordError';
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Shape = 'text' | 'object' | 'texts' | 'any';

const shapes: Readonly<Record<keyof AuditRecord, Shape>> = {
  level: 'text',
  auditID: 'text',
  stage: 'text',
  requestURI: 'text',
  verb: 'text',
  user: 'object',
  impersonatedUser: 'object',
  sourceIPs: 'texts',
  userAgent: 'text',
  objectRef: 'object',
  responseStatus: 'object',
  requestObject: 'any',
  responseObject: 'any',
  requestReceivedTimestamp: 'text',
  stageTimestamp: 'text',
  annotations: 'object',
};
const checks = Object.entries(shapes).filter(([, shape]) => shape !== 'any');
const required = ['auditID', 'stage', 'verb'] as const;
const words: Readonly<Record<Shape, string>> = { text: 'text', object: 'an object', texts: 'a list of texts', any: '' };

/** Texts within: what rules and derivations read of the objects of a record. */
const inner: readonly (readonly [field: string, keys: readonly string[]])[] = [
  ['user', ['username', 'uid']],
  ['impersonatedUser', ['username', 'uid']],
  ['objectRef', ['resource', 'namespace', 'name', 'apiGroup', 'apiVersion', 'subresource']],
];

/**
 * Takes a value for an audit record, once its types are right.
 *
 * @throws AuditRecordError
 */
export function auditRecord(value: Json | undefined): AuditRecord {
  if (!isObject(value)) throw new AuditRecordError('expected an object of audit.k8s.io/v1');
  for (const field of required) {
    if (value[field] === undefined || value[field] === '')
      throw new AuditRecordError(`${field} is missing: this is no event of audit.k8s.io`);
  }
  for (const [field, shape] of checks) {
    const found = value[field];
    if (found !== undefined && found !== null && !fits(found, shape))
      throw new AuditRecordError(`${field} must be ${words[shape]}`);
  }
  for (const [field, keys] of inner) {
    const object = value[field];
    if (!isObject(object)) continue;
    for (const key of keys) {
      const found = object[key];
      if (found !== undefined && typeof found !== 'string') throw new AuditRecordError(`${field}.${key} must be text`);
    }
  }
  return value as unknown as AuditRecord;
}

function fits(value: Json, shape: Shape): boolean {
  if (shape === 'text') return typeof value === 'string';
  if (shape === 'object') return isObject(value);
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
