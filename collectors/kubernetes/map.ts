import type { ObservedRecord } from '../../graph/model/observation.ts';
import { type FieldProblem, Fields } from './fields.ts';
import type { MappingContext, ObjectKind } from './kind.ts';
import { type KubernetesObject, objectKey, readObject } from './object.ts';

export interface Mapped {
  /** Null when the object has no valid name. */
  readonly object: KubernetesObject | null;
  readonly record: ObservedRecord | null;
  /** Fields that were malformed and left out; the rest of the object is in the record. */
  readonly problems: readonly FieldProblem[];
}

/** What one object of a kind says, from JSON of unknown shape. Never throws. `path` is where it lies within what was read. */
export function mapObject(kind: ObjectKind, json: unknown, context: MappingContext, path = ''): Mapped {
  const fields = new Fields(json ?? null, path);
  const object = readObject(fields, kind.namespaced);
  const record = object === null ? null : { key: objectKey(object), ...kind.map(object, context) };
  return { object, record, problems: fields.problems };
}
