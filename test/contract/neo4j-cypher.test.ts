import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import neo4j, { type Driver } from 'neo4j-driver';
import { openDumps } from '../../collectors/kubernetes/offline/dump.ts';
import { chartDump } from '../../gateway/fleet/chart-dump.ts';
import { clusterId } from '../../graph/model/id.ts';
import { openNeo4j } from '../../graph/store/neo4j/open.ts';
import { neo4jMissing, sharedNeo4j } from '../testbed/neo4j.ts';
import { freshTenant } from './context.ts';

const page = readFileSync(new URL('../../docs/neo4j.md', import.meta.url), 'utf8');
const examples = Array.from(page.matchAll(/^### (.+)\n[^`]*```cypher\n([\s\S]*?)```/gm), ([, title, cypher]) => ({
  title: title as string,
  cypher: cypher as string,
}));

/** What the answer to an example must hold, among much else; by its title in docs/neo4j.md. */
const told: Readonly<Record<string, RegExp>> = {
  'The shortest ways from the Internet to a cluster': /EXPOSE_LOAD_BALANCER.*CLUSTER_ADMIN_WILDCARD/,
  'The easiest of them': /"difficulty":\d+/,
  'What the Internet reaches first': /Service\/platform\/backup/,
  'How far a service account gets': /Cluster\/shop/,
  'Who holds cluster-admin': /PermissionSet/,
  'Privileged containers and their nodes': /Node\/builder-1/,
  'What runs as a service account': /Pod\/platform\/backup-0/,
  'The steps that most ways use': /"ways":\d+/,
  'What an edge rests on': /evidence|object/,
  'What is not seen': /^\[/,
};

describe('the Cypher of docs/neo4j.md', { skip: await neo4jMissing() }, () => {
  const tenant = freshTenant();
  let driver: Driver;

  before(async () => {
    const { uri, auth } = await sharedNeo4j();
    const { store, records, close } = await openNeo4j(uri, auth);
    const folder = new URL('../../examples', import.meta.url).pathname;
    for await (const dump of openDumps([folder], { cluster: null, podSecurityDefault: 'privileged' })) {
      const partition = { tenant, cluster: clusterId(dump.cluster.key) };
      const lease = await records.acquireLease(partition, 'test', 600_000);
      assert.ok(lease);
      await chartDump(dump, store, lease);
    }
    await close();
    driver = neo4j.driver(uri, neo4j.auth.basic(auth.user, auth.password), { disableLosslessIntegers: true });
  });
  after(() => driver?.close());

  test('there are ten examples, and something is expected of each', () => {
    assert.deepEqual(
      examples.map(({ title }) => title),
      Object.keys(told),
    );
  });

  test('what is charted can be counted by degree', async () => {
    const { records } = await driver.executeQuery('MATCH (n:Uneven {tenant: $tenant}) RETURN n.ref', { tenant });
    assert.deepEqual(
      records.map((record) => record.get(0)),
      [],
    );
  });

  for (const { title, cypher } of examples) {
    test(title, async () => {
      // As typed in a browser, but for the tenant: the server of the tests has others.
      const own = cypher.replaceAll(
        /\((\w*):(\w+)( \{)?/g,
        (_, name, label, properties) => `(${name}:${label} {tenant: $tenant${properties === undefined ? '}' : ', '}`,
      );
      const { records } = await driver.executeQuery(own, { tenant });
      assert.match(JSON.stringify(records.map((record) => record.toObject())), told[title] as RegExp, own);
      if (title !== 'What is not seen') assert.ok(records.length > 0);
    });
  }
});
