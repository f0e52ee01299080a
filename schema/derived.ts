import { nodeKind } from '../graph/model/kinds.ts';
import { filterInput, listProperties, nodeFields, orderFields } from './fields.ts';
import { listTypes, relations } from './lists.ts';
import { kindName, visibleKinds } from './names.ts';

const described = (description: string): string => `"""${description}"""\n`;

/** The SDL that follows from the model: the enum of kinds, and for each list its connection, filter and order. */
export function derivedSdl(): string {
  const types = Object.keys(listTypes);
  const targets = new Set(Object.values(relations).flatMap((fields) => Object.values(fields).map(({ type }) => type)));
  return [kinds(), nodeFilter(), ...types.flatMap((type) => [connection(type), filter(type), order(type)])]
    .concat([...targets].map(relationFilter))
    .join('\n\n');
}

function kinds(): string {
  const values = visibleKinds.map((kind) => described(nodeKind(kind).description) + kindName(kind));
  return `${described('The kinds of node.')}enum NodeKind {\n${values.join('\n')}\n}`;
}

function connection(type: string): string {
  return `
${described(`A page of a list of ${type}.`)}type ${type}Connection {
  "The nodes with their cursors."
  edges: [${type}Edge!]!
  "The nodes themselves."
  nodes: [${type}!]!
  "Where the page lies in the list."
  pageInfo: PageInfo!
  "How many there are on all pages. Counted only when asked for."
  totalCount: Int!
}

${described(`A ${type} in a list.`)}type ${type}Edge {
  "Its place in the list, to pass as \`after\`."
  cursor: String!
  "The node."
  node: ${type}!
}`;
}

const input = (name: string, description: string, fields: readonly string[]): string =>
  `${described(description)}input ${name} {\n${fields.join('\n')}\n}`;

const logic = (name: string): readonly string[] => [
  `"All of these hold." and: [${name}!]`,
  `"One of these holds." or: [${name}!]`,
  `"This does not hold." not: ${name}`,
];

const common: readonly string[] = [
  '"It lies in one of these clusters, each by name or id." clusters: [String!]',
  ...Object.entries(nodeFields).map(([field, description]) => `${described(description)}${field}: StringFilter`),
];

function nodeFilter(): string {
  return input('NodeFilter', 'Which nodes, whatever their kind. Several conditions must all hold.', [
    ...logic('NodeFilter'),
    ...common,
    '"Its labels, each as key=value; only for kinds that have them." labels: StringListFilter',
  ]);
}

function filter(type: string): string {
  const properties = Object.entries(listProperties(type)).flatMap(([name, property]) => {
    const inputType = filterInput(property);
    return inputType === undefined ? [] : [`${described(property.description)}${name}: ${inputType}`];
  });
  const related = Object.entries(relations[type] ?? {}).map(
    ([name, relation]) =>
      `"The ${relation.type} nodes that \`${name}\` shows." ${name}: ${relation.type}RelationFilter`,
  );
  const several = (listTypes[type]?.length ?? 0) > 1 ? ['"It is of one of these kinds." kind: [NodeKind!]'] : [];
  return input(`${type}Filter`, `Which ${type} nodes. Several conditions must all hold.`, [
    ...logic(`${type}Filter`),
    ...several,
    ...common,
    ...properties,
    ...related,
  ]);
}

function relationFilter(type: string): string {
  return input(`${type}RelationFilter`, `A condition on related ${type} nodes, as far as the caller may see them.`, [
    `"At least one matches." some: ${type}Filter`,
    `"None matches." none: ${type}Filter`,
  ]);
}

function order(type: string): string {
  const values = [...orderFields(type)].map(([value, { description }]) => described(description) + value);
  return `${described(`What a list of ${type} can be ordered by.`)}enum ${type}OrderField {\n${values.join('\n')}\n}

${input(`${type}Order`, `How a list of ${type} is ordered; equal ones by id.`, [
  `"By what." field: ${type}OrderField!`,
  '"Which way." direction: OrderDirection! = ASC',
])}`;
}
