import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
  valueFromASTUntyped,
} from 'graphql';

/** How large an operation is before it runs. */
export interface Measure {
  readonly depth: number;
  readonly aliases: number;
  /**
   * The most nodes it can ask for, in the manner of GitHub's node limit: every field that returns an object counts once
   * for each object it hangs from, times its page size; the pages themselves (edges, nodes, pageInfo) are free.
   * Paths count `first` times `maxHops`, for their hops.
   */
  readonly cost: number;
}

const nothing: Measure = { depth: 0, aliases: 0, cost: 0 };

/** Measures a validated document, with coerced variables. Each fragment is measured once, so that this stays linear. */
export function measure(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Measure>();
  const root = schema.getRootType(operation.operation);
  return root ? selections(operation.selectionSet, root) : nothing;

  function selections(set: SelectionSetNode, parent: GraphQLCompositeType): Measure {
    return set.selections
      .map((selection) => {
        if (selection.kind === Kind.FIELD) return field(selection, parent);
        if (selection.kind === Kind.FRAGMENT_SPREAD) return fragment(selection.name.value);
        const type = selection.typeCondition ? typeFromAST(schema, selection.typeCondition) : parent;
        return isCompositeType(type) ? selections(selection.selectionSet, type) : nothing;
      })
      .reduce(join, nothing);
  }

  function fragment(name: string): Measure {
    const known = measured.get(name);
    if (known) return known;
    const definition = fragments.get(name);
    const type = definition && typeFromAST(schema, definition.typeCondition);
    const result = definition && isCompositeType(type) ? selections(definition.selectionSet, type) : nothing;
    measured.set(name, result);
    return result;
  }

  function field(node: FieldNode, parent: GraphQLCompositeType): Measure {
    const name = node.name.value;
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    const aliases = node.alias ? 1 : 0;
    // Introspection has bounds of its own in graphql-js.
    if (!definition) return { ...nothing, aliases };
    const type = getNamedType(definition.type);
    if (!node.selectionSet || !isCompositeType(type)) return { depth: 1, aliases, cost: 0 };
    const size = sizeOf(node, definition);
    const below = selections(node.selectionSet, type);
    const own = /(Connection|Edge)$/.test(parent.name) ? 0 : size;
    return { depth: below.depth + 1, aliases: below.aliases + aliases, cost: own + size * below.cost };
  }

  /** How many objects a field can return for each object it hangs from. */
  function sizeOf(node: FieldNode, definition: GraphQLField<unknown, unknown>): number {
    const paged = definition.args.some(({ name }) => name === 'first');
    return definition.args.reduce((size, { name, defaultValue }) => {
      if (name !== 'first' && name !== 'ids' && !(name === 'maxHops' && paged)) return size;
      const given = node.arguments?.find((argument) => argument.name.value === name);
      const value = (given && valueFromASTUntyped(given.value, variables)) ?? defaultValue;
      const factor = Array.isArray(value) ? value.length : Number(value);
      return size * Math.max(1, Number.isFinite(factor) ? factor : 1);
    }, 1);
  }
}

function join(a: Measure, b: Measure): Measure {
  return { depth: Math.max(a.depth, b.depth), aliases: a.aliases + b.aliases, cost: a.cost + b.cost };
}
