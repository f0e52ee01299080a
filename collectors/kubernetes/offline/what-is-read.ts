import { Fields } from '../fields.ts';
import type { MappingContext, ObjectKind } from '../kind.ts';
import { readObject } from '../object.ts';
import { TracedMap, trace } from './trace.ts';

/**
 * An object reduced to what its kind reads of it: what is not charted is not there, values of secrets, of the environment
 * and of annotations least of all. Charted, it says the same as the whole.
 */
export function whatIsRead(
  kind: ObjectKind,
  version: string,
  json: unknown,
  context: MappingContext,
): Readonly<Record<string, unknown>> {
  const traced = trace(json);
  const object = readObject(new Fields(traced.view), kind.namespaced);
  const annotations = new TracedMap(object?.annotations);
  if (object !== null) kind.map({ ...object, annotations }, context);
  const read = (traced.read() ?? {}) as { readonly metadata?: object };
  return {
    ...read,
    apiVersion: kind.group === '' ? version : `${kind.group}/${version}`,
    kind: kind.kind,
    metadata: { ...read.metadata, annotations: annotations.read() },
  };
}
