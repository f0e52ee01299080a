/** One object of a dump, as far as it says what it is. */
export interface DumpObject {
  readonly kind: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Lists hold lists only where somebody plays with us. */
const maxDepth = 4;

type Json = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The objects in a document: itself, the items of a List (of PodList and the like too, whose items need not name their
 * kind), or the members of an array. What is no Kubernetes object comes as a sentence that says why.
 */
export function* objectsIn(value: unknown, inherited: Json = {}, depth = 0): Generator<DumpObject | string> {
  if (Array.isArray(value)) {
    if (depth >= maxDepth) yield 'lists are nested too deep';
    else for (const item of value) yield* objectsIn(item, inherited, depth + 1);
    return;
  }
  if (!isRecord(value)) {
    yield 'is not a Kubernetes object';
    return;
  }
  const kind = value.kind ?? inherited.kind;
  const apiVersion = value.apiVersion ?? inherited.apiVersion;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') {
    yield `is not a Kubernetes object: it has no ${typeof kind === 'string' ? 'apiVersion' : 'kind'}`;
    return;
  }
  if (kind === 'List' || (kind.endsWith('List') && Array.isArray(value.items))) {
    const member: Json = kind === 'List' ? {} : { kind: kind.slice(0, -'List'.length), apiVersion };
    yield* objectsIn(value.items ?? [], member, depth + 1);
    return;
  }
  const slash = apiVersion.indexOf('/');
  yield { kind, group: slash === -1 ? '' : apiVersion.slice(0, slash), json: value };
}
