import {
  concatAST,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  isTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type StringValueNode,
  type TypeNode,
  visit,
} from 'graphql';
import { nodeKind } from '../graph/model/kinds.ts';
import { listTypes } from './lists.ts';
import { typeName, visibleKinds } from './names.ts';

const kindsByType = new Map(visibleKinds.map((kind) => [typeName(kind), kind]));

/**
 * Makes whole what the SDL files leave to the model: the types of nodes and their properties take its descriptions,
 * the fields of interfaces those of the interface, and every field that returns a list of nodes the same four arguments.
 */
export function assemble(sources: readonly string[]): DocumentNode {
  const document = concatAST(sources.map((source) => parse(source, { noLocation: true })));
  const inherited = interfaceDescriptions(document);
  const completeField = (
    field: FieldDefinitionNode,
    owner: ObjectTypeDefinitionNode | undefined,
  ): FieldDefinitionNode => {
    const description = field.description ?? describe(owner, field.name.value, inherited);
    return {
      ...field,
      ...(description && { description }),
      arguments: [...(field.arguments ?? []), ...listArguments(field)],
    };
  };
  return visit(document, {
    ObjectTypeDefinition: (type) => {
      const kind = kindsByType.get(type.name.value);
      const description = type.description ?? (kind && text(nodeKind(kind).description));
      return {
        ...type,
        ...(description && { description }),
        fields: type.fields?.map((field) => completeField(field, type)) ?? [],
      };
    },
    ObjectTypeExtension: (type) => ({
      ...type,
      fields: type.fields?.map((field) => completeField(field, undefined)) ?? [],
    }),
    InterfaceTypeDefinition: (type) => ({
      ...type,
      fields: type.fields?.map((field) => completeField(field, undefined)) ?? [],
    }),
  });
}

type Descriptions = ReadonlyMap<string, ReadonlyMap<string, StringValueNode>>;

function interfaceDescriptions(document: DocumentNode): Descriptions {
  const interfaces = document.definitions
    .filter(isTypeDefinitionNode)
    .filter((d) => d.kind === Kind.INTERFACE_TYPE_DEFINITION);
  return new Map(
    interfaces.map(({ name, fields = [] }) => [
      name.value,
      new Map(fields.flatMap((field) => (field.description ? [[field.name.value, field.description] as const] : []))),
    ]),
  );
}

function describe(
  owner: ObjectTypeDefinitionNode | undefined,
  field: string,
  inherited: Descriptions,
): StringValueNode | undefined {
  const kind = owner && kindsByType.get(owner.name.value);
  const property = kind && nodeKind(kind).properties[field];
  if (property) return text(property.description);
  // The most specific interface is named last.
  for (const { name } of [...(owner?.interfaces ?? [])].reverse()) {
    const description = inherited.get(name.value)?.get(field);
    if (description) return description;
  }
  return undefined;
}

const text = (value: string): StringValueNode => ({ kind: Kind.STRING, value });

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/** The arguments of a field that returns a list of nodes and names none itself. */
function listArguments(field: FieldDefinitionNode): readonly InputValueDefinitionNode[] {
  const type = namedType(field.type).replace(/Connection$/, '');
  if (type === namedType(field.type) || !Object.hasOwn(listTypes, type) || field.arguments?.length) return [];
  const sdl = `type _ { _(
    "Which of them." filter: ${type}Filter
    "In which order; by readable name unless given." orderBy: ${type}Order
    "How many: 1 to 1,000." first: Int = 50
    "The endCursor of the page before." after: String
  ): Int }`;
  const [definition] = parse(sdl, { noLocation: true }).definitions;
  return (definition as ObjectTypeDefinitionNode).fields?.[0]?.arguments ?? [];
}
