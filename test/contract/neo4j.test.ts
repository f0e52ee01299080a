import { describe } from 'node:test';
import { openNeo4j } from '../../graph/store/neo4j/open.ts';
import { neo4jMissing, sharedNeo4j } from '../testbed/neo4j.ts';
import { loggedAlerts } from './alerts.ts';
import { storeContract } from './store.ts';

// Every random query is planned anew, which takes Neo4j a tenth of a second or more.
const histories = 1;

describe('on a real server', { skip: await neo4jMissing() }, () => {
  const open = async () => {
    const { uri, auth } = await sharedNeo4j();
    return openNeo4j(uri, { ...auth, loggedAlerts });
  };
  storeContract('Neo4j', open, histories);
});
