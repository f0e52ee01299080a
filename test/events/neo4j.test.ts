import { describe } from 'node:test';
import { storeLog } from '../../events/store-log.ts';
import { openNeo4j } from '../../graph/store/neo4j/open.ts';
import { neo4jMissing, sharedNeo4j } from '../testbed/neo4j.ts';
import { eventLogContract } from './contract.ts';

describe('on a real server', { skip: await neo4jMissing() }, () => {
  eventLogContract(
    'The log of a Neo4j',
    async () => {
      const { uri, auth } = await sharedNeo4j();
      const opened = await openNeo4j(uri, auth);
      return { ...opened, log: storeLog(opened.store, opened.alerts) };
    },
    1,
  );
});
