import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import {
  buildSchema,
  findBreakingChanges,
  type GraphQLField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  printSchema,
} from 'graphql';
import { nodeKind } from '../graph/model/kinds.ts';
import { schema } from '../resolvers/index.ts';
import { relations, rootLists } from '../schema/lists.ts';
import { typeName, visibleKinds } from '../schema/names.ts';

// The rules that the schema keeps, whoever extends it.

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const outputs = types.filter((type) => isObjectType(type) || isInterfaceType(type));
const fields = outputs.flatMap((type) =>
  Object.values(type.getFields()).map((field): [string, Field] => [`${type.name}.${field.name}`, field]),
);
type Field = GraphQLField<unknown, unknown>;

const typeOf = (type: string, field: string): string => {
  const found = outputs.find(({ name }) => name === type)?.getFields()[field];
  return String(found?.type);
};

suite('schema', () => {
  test('everything is described', () => {
    const described = (what: string, description: string | null | undefined) =>
      assert.match(description ?? '', /\S[.)]$/, `${what} needs a description that ends like a sentence`);
    for (const type of types) {
      described(type.name, type.description);
      for (const [name, member] of members(type)) described(`${type.name}.${name}`, member.description);
    }
    for (const [name, { args }] of fields) for (const arg of args) described(`${name}(${arg.name})`, arg.description);
  });

  test('the only scalar of ours is DateTime: no JSON', () => {
    assert.deepEqual(
      types.filter(isScalarType).map(({ name }) => name),
      ['DateTime'],
    );
  });

  test('ids are ID!, and nothing else is ID!', () => {
    for (const [name, { type }] of fields) {
      assert.equal(name.endsWith('.id'), String(type) === 'ID!', name);
    }
  });

  test('every kind of the model has a type that is a Node, and every property and relation a field', () => {
    for (const kind of visibleKinds) {
      const type = schema.getType(typeName(kind));
      assert.ok(isObjectType(type), kind);
      assert.ok(
        type.getInterfaces().some(({ name }) => name === 'Node'),
        kind,
      );
      for (const field of [...Object.keys(nodeKind(kind).properties), ...Object.keys(relations[type.name] ?? {})]) {
        assert.ok(Object.hasOwn(type.getFields(), field), `${type.name}.${field}`);
      }
    }
    for (const [field, type] of Object.entries(rootLists)) assert.equal(typeOf('Query', field), `${type}Connection!`);
  });

  test('connections are well-formed', () => {
    const connections = outputs.filter(({ name }) => name.endsWith('Connection'));
    assert.ok(connections.length > 10);
    for (const { name } of connections) {
      const node = name.replace(/Connection$/, '');
      assert.equal(typeOf(name, 'edges'), `[${node}Edge!]!`);
      assert.equal(typeOf(name, 'nodes'), `[${node}!]!`);
      assert.equal(typeOf(name, 'pageInfo'), 'PageInfo!');
      assert.equal(typeOf(name, 'totalCount'), 'Int!');
      assert.equal(typeOf(`${node}Edge`, 'cursor'), 'String!');
      assert.equal(typeOf(`${node}Edge`, 'node'), `${node}!`);
    }
    for (const [name, { type, args }] of fields) {
      if (!/Connection!?$/.test(String(type))) continue;
      const given = Object.fromEntries(args.map((arg) => [arg.name, `${arg.type} = ${arg.defaultValue}`]));
      assert.equal(given.first, 'Int = 50', name);
      assert.equal(given.after, 'String = undefined', name);
    }
  });

  test('lists hold no nulls, save where ids may not be found', () => {
    for (const [name, { type }] of fields) {
      if (name !== 'Query.nodes' && name !== 'Facet.values') assert.doesNotMatch(String(type), /\w\]/, name);
    }
  });

  test('schema/schema.graphql is its print: read the difference, then run `npm run codegen -- --schema`', () => {
    const published = readFileSync(new URL('../schema/schema.graphql', import.meta.url), 'utf8');
    const before = buildSchema(published);
    const breaking = findBreakingChanges(before, schema).map(({ description }) => description);
    assert.deepEqual(breaking, [], 'clients of the published schema would break');
    assert.equal(printSchema(schema), printSchema(before));
  });
});

function members(
  type: GraphQLNamedType,
): readonly (readonly [string, { readonly description?: string | null | undefined }])[] {
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) return Object.entries(type.getFields());
  return isEnumType(type) ? type.getValues().map((value) => [value.name, value]) : [];
}
