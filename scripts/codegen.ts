/**
 * Writes schema/types.ts, the types of the resolvers. With --schema also schema/schema.graphql, the schema in print: what
 * clients and reviewers read, and what test/schema.test.ts compares with to find breaking changes.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { buildASTSchema, printSchema } from 'graphql';
import { typeDefs } from '../schema/index.ts';
import { listTypes } from '../schema/lists.ts';
import { typeName, visibleKinds } from '../schema/names.ts';

const model = '../graph/store/port.ts#NodeView';
const answers = '../graph/paths/port.ts';

/** What stands behind each GraphQL type when a resolver gets it. */
const mappers = {
  Node: model,
  ClusterObject: model,
  Identity: model,
  ...Object.fromEntries(visibleKinds.map((kind) => [typeName(kind), `${model}<'${kind}'>`])),
  ...Object.fromEntries(
    Object.keys(listTypes).map((type) => [`${type}Connection`, '../resolvers/connection.ts#Connection']),
  ),
  // It holds nothing itself: each of its fields asks for its own.
  Coverage: 'object',
  AttackEdge: `${answers}#PathStep`,
  AttackHop: `${answers}#PathStep`,
  AttackPath: `${answers}#AttackPath as PathModel`,
  AttackPathResult: `${answers}#PathAnswer`,
  BlastRadius: `${answers}#BlastRadiusAnswer`,
  ReachedNode: `${answers}#ReachedNode as ReachedModel`,
  Technique: '../graph/edges/define.ts#EdgeDefinition',
  AttackTechnique: '../detections/attack.ts#AttackTechnique as AttackTechniqueModel',
  Detection: '../detections/catalogue.ts#Detection as DetectionModel',
  Exposure: '../graph/store/port.ts#Neighbour',
  ExposureConnection: '../resolvers/connection.ts#Connection<Neighbour>',
  Alert: '../graph/records/alerts/alert.ts#Alert as AlertModel',
  AlertConnection: '../resolvers/connection.ts#Connection<AlertModel>',
  AuditEntry: '../graph/records/alerts/port.ts#AuditEntry as AuditModel',
  AuditEntryConnection: '../resolvers/connection.ts#Connection<AuditModel>',
  Suppression: '../graph/records/alerts/suppression.ts#Suppression as SuppressionModel',
  AlertEvent: '../resolvers/subscription.ts#AlertShown',
  GraphEvent: '../resolvers/subscription.ts#GraphShown',
  ChangedEdge: '../graph/model/graph.ts#GraphEdge as EdgeModel',
  AttackPathEvent: '../resolvers/path-changes.ts#PathsChanged',
};
const common = {
  useTypeImports: true,
  enumsAsTypes: true,
  immutableTypes: true,
  skipTypename: true,
  scalars: { DateTime: 'string', ID: 'string' },
};
const root = new URL('../', import.meta.url);
const path = new URL('schema/types.ts', root);

const types = await codegen({
  filename: path.pathname,
  schema: typeDefs,
  schemaAst: buildASTSchema(typeDefs),
  documents: [],
  config: {},
  pluginMap: { typescript, resolvers },
  plugins: [
    { typescript: common },
    {
      resolvers: {
        ...common,
        optionalResolveType: true,
        contextType: '../resolvers/context.ts#Context',
        mappers,
      },
    },
  ],
});
writeFileSync(path, types);
if (process.argv.includes('--schema')) {
  const published = fileURLToPath(new URL('schema/schema.graphql', root));
  writeFileSync(published, printSchema(buildASTSchema(typeDefs)));
  const biome = fileURLToPath(new URL('node_modules/@biomejs/biome/bin/biome', root));
  execFileSync(process.execPath, [biome, 'format', '--write', published], { stdio: ['ignore', 'ignore', 'inherit'] });
}
