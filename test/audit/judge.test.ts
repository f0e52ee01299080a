import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalise } from '../../collectors/audit/normalise.ts';
import { execIntoAPod } from '../../detections/rules/exec-into-a-pod.ts';
import { judge } from './judge.ts';

test('the judge of a recording tells of what is not of everyday operations', async () => {
  const source = { provider: 'selfmanaged', route: 'file', cluster: null, pointer: 'test' } as const;
  const { events, alerts, troubles } = await judge([[normalise(execIntoAPod.fires, source)]]);
  assert.deepEqual([events, troubles, alerts.map(({ rule }) => rule)], [1, [], ['Exec into a pod']]);
});
