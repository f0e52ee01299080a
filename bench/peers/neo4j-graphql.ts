/**
 * @neo4j/graphql over Apollo Server on the graph that Portolan keeps in Neo4j, with type definitions of its own: the peer
 * of bench/serve.ts. Started with the folder of its packages and a JSON of { uri, user, password }; sends its address.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { reportStatements } from '../serve/statements.ts';

const [folder, access] = process.argv.slice(2) as [string, string];
const { uri, user, password } = JSON.parse(access) as Record<'uri' | 'user' | 'password', string>;
const require = createRequire(pathToFileURL(`${folder}/package.json`));
const { Neo4jGraphQL } = require('@neo4j/graphql');
const { ApolloServer } = require('@apollo/server');
const { startStandaloneServer } = require('@apollo/server/standalone');
const neo4j = require('neo4j-driver');
reportStatements(require('neo4j-driver-core'));

const typeDefs = /* GraphQL */ `
  type KubeNode @node(labels: ["Node"]) {
    id: ID!
    name: String!
    pods: [Pod!]! @relationship(type: "RUNS_ON", direction: IN)
  }
  type Pod @node {
    id: ID!
    name: String!
    phase: String
    serviceAccount: [ServiceAccount!]! @relationship(type: "RUNS_AS", direction: OUT)
    containers: [Container!]! @relationship(type: "HAS_CONTAINER", direction: OUT)
  }
  type ServiceAccount @node {
    id: ID!
    name: String!
  }
  type Container @node {
    id: ID!
    name: String!
    image: String
    runs: [Image!]! @relationship(type: "RUNS_IMAGE", direction: OUT)
  }
  type Image @node {
    id: ID!
    digest: String
    vulnerabilities: [Vulnerability!]! @relationship(type: "AFFECTED_BY", direction: OUT)
  }
  type Vulnerability @node {
    id: ID!
    name: String!
  }
`;

const driver = neo4j.driver(uri, neo4j.auth.basic(user, password));
const schema = await new Neo4jGraphQL({ typeDefs, driver }).getSchema();
const server = new ApolloServer({ schema, stopOnTerminationSignals: false });
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
process.send?.({ url });
