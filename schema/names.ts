import { isNodeKind, type NodeKind, nodeKind, nodeKinds } from '../graph/model/kinds.ts';

/** The kinds that callers see, in the model's order. */
export const visibleKinds: readonly NodeKind[] = Object.keys(nodeKinds)
  .filter(isNodeKind)
  .filter((kind) => !nodeKind(kind).hidden);

/** The GraphQL type of a kind: the same word, save for Relay's Node. */
export function typeName(kind: NodeKind): string {
  return kind === 'Node' ? 'KubeNode' : kind;
}

/** UPPER_SNAKE_CASE of a camelCase name, as GraphQL spells the values of enums. */
export function constantCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();
}

const kindsByName: ReadonlyMap<string, NodeKind> = new Map(
  visibleKinds.map((kind) => [constantCase(typeName(kind)), kind]),
);

/** The kind behind a value of the enum NodeKind. */
export function kindOf(name: string): NodeKind {
  const kind = kindsByName.get(name);
  if (kind === undefined) throw new RangeError(`no kind of node is called ${name}`);
  return kind;
}

/** The value of the enum NodeKind for a kind. */
export function kindName(kind: NodeKind): string {
  return constantCase(typeName(kind));
}
