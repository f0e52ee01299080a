import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type Audit, serverAudits } from 'graphql-http';
import { openHouse, serve } from '../gateway/testbed.ts';

/**
 * GraphQL over HTTP would have 200 rather than 400 where parsing, validation or variables fail and the client accepts only
 * application/json. We keep Apollo Server's 400, which tells proxies and metrics that nothing ran.
 */
const knownWarnings = ['572B', 'FDE2', '7B9B'];

suite('GraphQL over HTTP', () => {
  const closing = new AsyncDisposableStack();
  let url = '';
  before(async () => {
    const gateway = await serve(closing, await openHouse(closing));
    url = `${gateway.url}/graphql`;
  });
  after(() => closing.disposeAsync());

  const audits = serverAudits({ url: () => url, fetchFn: fetch });
  const level = (wanted: string): readonly Audit[] => audits.filter(({ name }) => name.startsWith(wanted));

  test('there are 13 audits that must pass', () => assert.equal(level('MUST').length, 13));

  for (const { id, name, fn } of level('MUST')) {
    test(`${id} ${name}`, async () => {
      const result = await fn();
      assert.equal(result.status, 'ok', 'reason' in result ? result.reason : '');
    });
  }

  test('of those that should pass, only the known ones warn', async () => {
    const warnings: string[] = [];
    for (const { id, fn } of level('SHOULD')) if ((await fn()).status !== 'ok') warnings.push(id);
    assert.deepEqual(warnings.sort(), knownWarnings.toSorted());
  });
});
