/**
 * The product's gateway as `portolan up` starts it, without collectors. Started with the store's address, the tenant, and how
 * many bytes it keeps for later requests; sends its own address.
 */
import { createRequire } from 'node:module';
import { pino } from 'pino';
import { pathEngines } from '../../gateway/fleet/engines.ts';
import { startGateway } from '../../gateway/start.ts';
import { openStore } from '../../graph/store/open.ts';
import { reportStatements } from './statements.ts';

const [address, tenant, cacheBytes] = process.argv.slice(2) as [string, string, string];
reportStatements(createRequire(import.meta.resolve('neo4j-driver'))('neo4j-driver-core'));
const { store, records, alerts } = await openStore(address, { user: null, password: null });
// As loud as `portolan up` is when its log goes to a file.
const logger = pino({ level: 'info' }, pino.destination({ dest: '/dev/null', sync: true }));
const { url } = await startGateway({
  store,
  records,
  alerts,
  paths: pathEngines(store, logger).open,
  tenant,
  port: 0,
  cacheBytes: Number(cacheBytes),
  logger,
});
process.send?.({ url: `${url}/graphql` });
