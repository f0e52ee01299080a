import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { neo4jMissing, sharedNeo4j } from '../testbed/neo4j.ts';
import { type Environment, portolan, up } from './portolan.ts';

const folder = mkdtempSync(join(tmpdir(), 'portolan-neo4j-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What a person sets to get to the server: its address with another scheme, and what else is asked for. */
async function settings(scheme: string, more: Environment = {}): Promise<Environment> {
  const { uri, auth } = await sharedNeo4j();
  const address = uri.replace('bolt://', `${scheme}://${auth.user}:${auth.password}@`);
  return { PORTOLAN_STORE: address, PORTOLAN_TENANT: `cli-${randomUUID()}`, NODE_EXTRA_CA_CERTS: '', ...more };
}

async function refused(environment: Environment, expected: RegExp): Promise<void> {
  const { out, err, status } = await portolan(['paths'], folder, '', environment);
  assert.equal(status, 3, err);
  assert.equal(out, '');
  assert.match(err, /^portolan paths: \w+(\+s)?:\/\/127\.0\.0\.1:\d+: /);
  assert.match(err, expected);
  assert.equal(err.trim().split('\n').length, 1, 'one line, without a stack');
  const { password } = (await sharedNeo4j()).auth;
  assert.ok(!err.includes(password) && !err.includes('wrong'), 'no password is told');
}

describe('the command line on Neo4j', { skip: await neo4jMissing() }, () => {
  test('up charts, paths reads, forget drops: all on the address in PORTOLAN_STORE', async () => {
    const environment = await settings('bolt');
    const running = await up([], folder, environment);
    try {
      const { out, err } = running.output();
      assert.match(out, /cheapest paths from the Internet to cluster-admin/);
      assert.ok(!(out + err).includes((await sharedNeo4j()).auth.password), 'no password is told');
      const { attackPaths } = await running.query<{ attackPaths: { paths: readonly { readonly cost: number }[] } }>(
        '{ attackPaths(from: { set: INTERNET }, to: { set: CLUSTER_ADMIN }, first: 1) { paths { cost } } }',
      );
      assert.deepEqual(attackPaths.paths, [{ cost: 6 }]);
    } finally {
      assert.equal(await running.stop(), 0);
    }
    const paths = await portolan(['paths', '--first', '1'], folder, '', environment);
    assert.match(paths.out, /shop:Service\/platform\/backup/, paths.err);
    const forgotten = await portolan(['forget', 'shop'], folder, '', environment);
    assert.equal(forgotten.status, 0, forgotten.err);
    const { out } = await portolan(['paths'], folder, '', environment);
    assert.doesNotMatch(out, /backup/);
    assert.match(out, /Cluster\/build/);
  });

  test('user and password apart from the address, and a settings file, do as well', async () => {
    const { uri, auth } = await sharedNeo4j();
    const environment = await settings('bolt', {
      PORTOLAN_STORE: '',
      PORTOLAN_STORE_USER: auth.user,
      PORTOLAN_STORE_PASSWORD: auth.password,
    });
    const flag = await portolan(['paths', '--store', uri], folder, '', environment);
    assert.match(flag.err, /no path from/);
    writeFileSync(join(folder, 'settings.yaml'), `store: ${uri}\n`);
    const file = await portolan(['paths', '--config', 'settings.yaml'], folder, '', environment);
    assert.match(file.err, /no path from/);
    const shown = await portolan(['paths', '--store', 'bolt://neo4j:secret@127.0.0.1'], folder);
    assert.equal(shown.status, 2);
    assert.match(shown.err, /would read the password/);
  });

  test('a wrong password, no password, a wrong database and no server end with status 3 and say what to do', async () => {
    const wrong = async (change: (address: string) => string) => {
      const environment = await settings('bolt');
      return { ...environment, PORTOLAN_STORE: change(environment.PORTOLAN_STORE ?? '') };
    };
    const advice = /See to the user and the password: PORTOLAN_STORE_USER/;
    await refused(await wrong((address) => address.replace(/:\w+@/, ':wrong@')), advice);
    await refused(await wrong((address) => address.replace(/\/\/.*@/, '//')), advice);
    await refused(await wrong((address) => `${address}/nowhere`), /Name another database/);
    await refused(await wrong((address) => address.replace(/:\d+$/, ':1')), /ECONNREFUSED.*See that the server runs/);
  });

  test('TLS: a chain that verifies is taken, one that does not is refused, +ssc takes any', async () => {
    const { authority } = await sharedNeo4j();
    for (const scheme of ['bolt+s', 'neo4j+s']) {
      const trusting = await settings(scheme, { NODE_EXTRA_CA_CERTS: authority });
      const { err, status } = await portolan(['paths'], folder, '', trusting);
      assert.match(err, /no path from/, scheme);
      assert.equal(status, 0);
      await refused(await settings(scheme), /trust.*NODE_EXTRA_CA_CERTS/);
    }
    const { err } = await portolan(['paths'], folder, '', await settings('bolt+ssc'));
    assert.match(err, /no path from/);
  });

  test('neo4j:// finds its way to a single server', async () => {
    const { err, status } = await portolan(['paths'], folder, '', await settings('neo4j'));
    assert.match(err, /no path from/);
    assert.equal(status, 0);
  });
});
