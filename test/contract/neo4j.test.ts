import { describe } from 'node:test';
import { openNeo4j } from '../../graph/store/neo4j/open.ts';
import { neo4jMissing, sharedNeo4j } from '../testbed/neo4j.ts';
import { storeContract } from './store.ts';

describe('on a real server', { skip: await neo4jMissing() }, () => {
  storeContract('Neo4j', async () => {
    const { uri, auth } = await sharedNeo4j();
    return openNeo4j(uri, auth);
  });
});
