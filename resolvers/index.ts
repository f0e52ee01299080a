import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { typeDefs } from '../schema/index.ts';
import { listTypes } from '../schema/lists.ts';
import { typeName, visibleKinds } from '../schema/names.ts';
import * as alert from './alert.ts';
import * as attackEdge from './attack-edge.ts';
import * as attackPaths from './attack-paths.ts';
import * as blastRadius from './blast-radius.ts';
import { connectionFields } from './connection.ts';
import * as coverage from './coverage.ts';
import { DateTime } from './date-time.ts';
import * as detection from './detection.ts';
import * as exposure from './exposure.ts';
import * as facets from './facets.ts';
import * as networkPolicy from './network-policy.ts';
import { nodeFields, resolveNodeType } from './node.ts';
import * as pathChanges from './path-changes.ts';
import * as query from './query.ts';
import * as subscription from './subscription.ts';

const node = { __resolveType: resolveNodeType };
const nodes = Object.fromEntries(visibleKinds.map((kind) => [typeName(kind), nodeFields(kind)]));
const connections = Object.fromEntries(
  [...Object.keys(listTypes), 'Exposure', 'Alert', 'AuditEntry'].map((type) => [`${type}Connection`, connectionFields]),
);

/** The schema with everything that answers it. What follows from the model comes first, then what does not. */
export const schema: GraphQLSchema = makeExecutableSchema({
  typeDefs,
  resolvers: {
    DateTime,
    Node: node,
    ClusterObject: node,
    Identity: node,
    ...nodes,
    ...connections,
    Query: {
      ...query.lists,
      ...query.Query,
      ...attackPaths.Query,
      ...blastRadius.Query,
      ...attackEdge.Query,
      ...exposure.Query,
      ...facets.Query,
      ...coverage.Query,
      ...alert.Query,
      ...detection.Query,
    },
    Mutation: alert.Mutation,
    Subscription: subscription.Subscription,
    Cluster: { ...nodes.Cluster, ...coverage.Cluster },
    NetworkPolicy: { ...nodes.NetworkPolicy, ...networkPolicy.NetworkPolicy },
    Coverage: coverage.Coverage,
    AttackPathResult: attackPaths.AttackPathResult,
    AttackPath: attackPaths.AttackPath,
    AttackHop: attackPaths.AttackHop,
    AttackEdge: attackEdge.AttackEdge,
    Technique: { ...attackEdge.Technique, ...detection.Technique },
    AttackTechnique: { ...attackEdge.AttackTechnique, ...detection.AttackTechnique },
    Detection: detection.Detection,
    BlastRadius: blastRadius.BlastRadius,
    ReachedNode: blastRadius.ReachedNode,
    Exposure: exposure.Exposure,
    Alert: alert.Alert,
    Suppression: alert.Suppression,
    AlertEvent: subscription.AlertEvent,
    GraphEvent: subscription.GraphEvent,
    ChangedEdge: subscription.ChangedEdge,
    AttackPathEvent: pathChanges.AttackPathEvent,
  },
});
