import {
  type ASTNode,
  BREAK,
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  typeFromAST,
  visit,
} from 'graphql';
import { nodeKind } from '../graph/model/kinds.ts';
import { measureShape, shapeLimits } from '../graph/store/check.ts';
import type { Branch, CountQuery, Shape } from '../graph/store/port.ts';
import { listTypes, type Relation, relations } from '../schema/lists.ts';
import { typeName, visibleKinds } from '../schema/names.ts';
import type { ListArguments } from './connection.ts';
import { type ClusterIds, filterOf, mentionsClusters } from './filter.ts';
import { orderOf, pageOf } from './page.ts';

/** What is needed of a request to know what its fields will ask for. */
type Asked = Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'variableValues'> & {
  /** What was worked out for a field when it was foreseen serves its resolver, too. */
  readonly foreseen: Foreseen;
};

/** What fields over relationships ask for, by the first of their nodes in the document. */
export type Foreseen = WeakMap<FieldNode, { readonly nodes: readonly FieldNode[]; readonly branches: Branches }>;

/** The branches that a field over a relationship needs: its neighbours in their shape, and how many there are. */
export interface Branches {
  readonly neighbours: Branch;
  readonly count: Branch;
}

/** A field of the selections beneath a list of nodes: its nodes in the document, and the type it was selected on. */
interface Field {
  readonly type: string;
  readonly nodes: FieldNode[];
}

/**
 * The shape beneath a field that returns nodes or connections: what will be asked of each node, read from the document, so
 * that it can be read at once. It may leave out what it cannot know yet; whatever is missing is asked for in its place.
 */
export function shapeBeneath(info: GraphQLResolveInfo, foreseen: Foreseen): Shape {
  const { schema, fragments, variableValues, fieldNodes: nodes } = info;
  const type = getNamedType(info.returnType).name;
  const [first] = nodes as readonly [FieldNode];
  const before = constants.get(first);
  const known = before?.type === type && sameNodes(before.nodes, nodes) ? before : undefined;
  if (known?.shape) return known.shape;
  const varies = known !== undefined || namesVariable(nodes, fragments);
  const asked = { schema, fragments, variableValues, foreseen: varies ? foreseen : constantlyForeseen };
  const shape = shapeOf(type, nodes, asked);
  if (known === undefined) constants.set(first, { type, nodes, shape: varies ? null : shape });
  return shape;
}

interface Constant {
  readonly type: string;
  readonly nodes: readonly FieldNode[];
  /** Null where the selections name a variable. */
  readonly shape: Shape | null;
}

// Selections that name no variable ask for the same in every request: documents are parsed once, so it is worked out once.
const constants = new WeakMap<FieldNode, Constant>();
const constantlyForeseen: Foreseen = new WeakMap();

/** Whether anything selected beneath these fields depends on a variable. */
function namesVariable(nodes: readonly FieldNode[], fragments: GraphQLResolveInfo['fragments']): boolean {
  const seen = new Set<string>();
  let found = false;
  const look = (node: ASTNode): void => {
    visit(node, {
      Variable() {
        found = true;
        return BREAK;
      },
      FragmentSpread({ name }) {
        const fragment = fragments[name.value];
        if (fragment === undefined || seen.has(name.value)) return;
        seen.add(name.value);
        look(fragment);
      },
    });
  };
  for (const { selectionSet } of nodes) if (selectionSet) look(selectionSet);
  return found;
}

const sameNodes = (some: readonly FieldNode[], others: readonly FieldNode[]): boolean =>
  some.length === others.length && some.every((node, i) => node === others[i]);

function shapeOf(type: string, nodes: readonly FieldNode[], asked: Asked): Shape {
  const connection = /^(.+)Connection$/.exec(type)?.[1];
  if (connection !== undefined) return shapeOf(connection, beneathPages(type, nodes, asked), asked);
  const fields: string[] = [];
  const branches: Branch[] = [];
  for (const { type: owner, nodes: field } of fieldsOf(type, nodes, asked)) {
    const name = field[0]?.name.value as string;
    const relation = relations[owner]?.[name];
    if (relation === undefined) fields.push(...fieldsBehind(owner, name));
    else branches.push(...branchesWanted(owner, relation, field, asked));
  }
  const shape = { fields: [...new Set(fields)], branches };
  const size = measureShape(shape);
  const fits =
    size.depth <= shapeLimits.depth && size.branches <= shapeLimits.branches && size.nodes <= shapeLimits.nodes;
  return fits ? shape : { ...shape, branches: [] };
}

/** What a field of a type is answered from: the node's field of that name, or for one with a resolver of its own anything. */
function fieldsBehind(type: string, name: string): readonly string[] {
  if (commonFields.has(name)) return [name];
  const properties = propertiesOf(type);
  return properties.has(name) ? [name] : [...commonFields, ...properties];
}

function propertiesOf(type: string): ReadonlySet<string> {
  let properties = propertiesByType.get(type);
  if (properties === undefined) {
    const kinds = visibleKinds.filter((kind) => typeName(kind) === type || listTypes[type]?.includes(kind));
    properties = new Set(kinds.flatMap((kind) => Object.keys(nodeKind(kind).properties)));
    propertiesByType.set(type, properties);
  }
  return properties;
}

const propertiesByType = new Map<string, ReadonlySet<string>>();

/** What interfaces over nodes ask of them; `deletedAt`, id and kind are always there. */
const commonFields: ReadonlySet<string> = new Set([
  ...['__typename', 'id', 'kind', 'deletedAt', 'ref', 'name', 'cluster', 'namespace'],
]);

/** The fields that hold the nodes of a connection. */
function beneathPages(type: string, nodes: readonly FieldNode[], asked: Asked): readonly FieldNode[] {
  return fieldsOf(type, nodes, asked).flatMap(({ nodes: field }) => {
    const name = field[0]?.name.value;
    if (name === 'nodes') return field;
    if (name !== 'edges') return [];
    const edge = type.replace(/Connection$/, 'Edge');
    return fieldsOf(edge, field, asked).flatMap(({ nodes: node }) => (node[0]?.name.value === 'node' ? node : []));
  });
}

/** The branches that a field over a relationship will ask for. */
function branchesWanted(
  owner: string,
  relation: Relation,
  nodes: readonly FieldNode[],
  asked: Asked,
): readonly Branch[] {
  const [first] = nodes as readonly [FieldNode];
  const type = asked.schema.getType(owner);
  const definition = isObjectType(type) || isInterfaceType(type) ? type.getFields()[first.name.value] : undefined;
  if (definition === undefined) return [];
  try {
    const args = getArgumentValues(definition, first, asked.variableValues) as ListArguments;
    // Clusters are known by name only once they have been read; whether a cursor fits, the store says at its own place.
    if (args.after != null || mentionsClusters(args.filter)) return [];
    const branches = branchesOf(relation, args, nodes, asked, () => []);
    asked.foreseen.set(first, { nodes, branches });
    const { neighbours, count } = branches;
    if (relation.one) return [neighbours];
    const selected = fieldsOf(`${relation.type}Connection`, nodes, asked).map(
      ({ nodes: field }) => field[0]?.name.value,
    );
    const paged = selected.some((name) => name === 'nodes' || name === 'edges' || name === 'pageInfo');
    return [...(paged ? [neighbours] : []), ...(selected.includes('totalCount') ? [count] : [])];
  } catch {
    return []; // what is wrong with the arguments is said by the field's own resolver
  }
}

/** The branches of a field over a relationship, with its arguments. */
export function branchesOf(
  relation: Relation,
  args: ListArguments,
  nodes: readonly FieldNode[],
  asked: Asked,
  clusters: ClusterIds,
): Branches {
  const { relationship, direction, type } = relation;
  const filter = filterOf(type, args.filter, clusters);
  const count: CountQuery = { relationships: [relationship], direction, kinds: listTypes[type] ?? [], filter };
  const beneath = shapeOf(relation.one ? type : `${type}Connection`, nodes, asked);
  const within = (shape: Shape): Branch =>
    relation.one
      ? { one: count, shape }
      : { page: { ...count, order: orderOf(type, args.orderBy), page: pageOf(args) }, shape };
  const whole = within(beneath);
  const fits = measureShape({ fields: [], branches: [whole] }).nodes <= shapeLimits.nodes;
  return { neighbours: fits ? whole : within({ ...beneath, branches: [] }), count: { count } };
}

/** The branches of a field that was foreseen with just these nodes. */
export function foreseenBranches(foreseen: Foreseen, nodes: readonly FieldNode[]): Branches | undefined {
  const [first] = nodes;
  const found = first && (foreseen.get(first) ?? constantlyForeseen.get(first));
  return found && sameNodes(found.nodes, nodes) ? found.branches : undefined;
}

/** The fields selected beneath these, by the type they are selected on and their name in the answer. */
function fieldsOf(type: string, nodes: readonly FieldNode[], asked: Asked): readonly Field[] {
  const fields = new Map<string, Field>();
  const collect = (on: string, selections: readonly SelectionNode[]): void => {
    for (const selection of selections) {
      if (!isIncluded(selection, asked)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = `${on}.${(selection.alias ?? selection.name).value}`;
        const known = fields.get(key);
        if (known) known.nodes.push(selection);
        else fields.set(key, { type: on, nodes: [selection] });
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? asked.fragments[selection.name.value] : selection;
      const condition = fragment?.typeCondition && typeFromAST(asked.schema, fragment.typeCondition);
      collect(isCompositeType(condition) ? condition.name : on, fragment?.selectionSet.selections ?? []);
    }
  };
  for (const node of nodes) collect(type, node.selectionSet?.selections ?? []);
  return [...fields.values()];
}

function isIncluded(selection: SelectionNode, { variableValues }: Asked): boolean {
  if (!selection.directives?.length) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.if;
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.if;
  return skip !== true && include !== false;
}
