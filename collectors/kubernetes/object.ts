import type { Fields } from './fields.ts';

/** An object of the Kubernetes API: its metadata, and the fields that its kind reads. */
export interface KubernetesObject {
  readonly name: string;
  /** Null for a kind that lies in no namespace; `default` where a manifest names none. */
  readonly namespace: string | null;
  /** Null in a plain manifest, which no API server has seen. */
  readonly uid: string | null;
  /** RFC 3339. */
  readonly createdAt: string | null;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** The controller that made it, as Kind/name. */
  readonly owner: string | null;
  readonly fields: Fields;
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** Names as the API server takes them: any path segment (ValidatePathSegmentName of apimachinery), at most 253 long. */
function isName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && text.length <= 253 && !/[/%]/.test(text);
}

/** Reads the metadata. Null, with a problem noted, when the object cannot be told from others: it has no valid name. */
export function readObject(fields: Fields, namespaced: boolean): KubernetesObject | null {
  const metadata = fields.object('metadata');
  const name = metadata.string('name');
  const namespace = namespaced ? metadata.string('namespace') || 'default' : null;
  if (name === null || !isName(name)) {
    const why = metadata.has('generateName') ? 'is missing; generateName alone names nothing' : 'is missing or invalid';
    metadata.problem('name', why);
    return null;
  }
  if (namespace !== null && !isName(namespace)) {
    metadata.problem('namespace', 'is invalid');
    return null;
  }
  const createdAt = metadata.string('creationTimestamp');
  const validTime = createdAt !== null && rfc3339.test(createdAt) && !Number.isNaN(Date.parse(createdAt));
  if (createdAt !== null && !validTime) metadata.problem('creationTimestamp', 'must be a time as in RFC 3339, in UTC');
  const controller = metadata.list('ownerReferences').find((owner) => owner.boolean('controller') === true);
  return {
    name,
    namespace,
    uid: metadata.string('uid') || null,
    createdAt: validTime ? createdAt : null,
    labels: metadata.stringMap('labels'),
    annotations: metadata.stringMap('annotations'),
    owner: controller === undefined ? null : `${controller.string('kind')}/${controller.string('name')}`,
    fields,
  };
}

/** What the object is called within its extent: it must be the same in a list, in a watch event, and when deleted. */
export function objectKey(object: KubernetesObject): string {
  return object.uid ?? (object.namespace === null ? object.name : `${object.namespace}/${object.name}`);
}
