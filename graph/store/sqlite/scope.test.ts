import assert from 'node:assert/strict';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { clusters, randomScope } from '../../../test/contract/generate.ts';
import { random, seeds } from '../../../test/property/random.ts';
import { mayReadClaim } from '../../model/scope.ts';
import { allKinds } from '../field.ts';
import { names } from './names.ts';
import { parameters } from './parameters.ts';
import { prepareGraph } from './schema.ts';
import { scopeSql } from './scope.ts';

test('the condition in SQL is mayReadClaim, for every kind and place', () => {
  const db = new Sqlite(':memory:');
  prepareGraph(db);
  db.exec("INSERT INTO tenants VALUES (1, 't'), (2, 'other')");
  const addPartition = db.prepare('INSERT INTO partitions VALUES (?, ?, ?, 0, 0, 0)');
  for (const [i, cluster] of clusters.entries()) {
    addPartition.run(i + 1, 1, cluster);
    addPartition.run(i + 11, 2, cluster);
  }
  const namespaces = ['', 'default', 'kube-system', 'naïve', 'other', null];
  for (const seed of seeds(80)) {
    const scope = randomScope(random(seed), 't');
    const given = parameters();
    const place = scopeSql(scope, names(db), given).place('@partition', '@namespace', '@kind');
    const seen = db.prepare(`SELECT ${place} IS TRUE`).pluck();
    for (const kind of allKinds) {
      for (const namespace of namespaces) {
        for (const [i, cluster] of clusters.entries()) {
          const values = { ...given.values, partition: i + 1, namespace, kind };
          const expected = mayReadClaim(scope, kind, { cluster, namespace });
          const hint = `PORTOLAN_SEED=${seed} ${JSON.stringify([scope.clusters, kind, cluster, namespace])}`;
          assert.equal(seen.get(values) === 1, expected, hint);
          if (scope.clusters !== 'all') {
            assert.equal(seen.get({ ...values, partition: i + 11 }), 0, `${hint}: of another tenant`);
          }
        }
      }
    }
  }
  db.close();
});
