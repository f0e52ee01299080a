import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { delta, pod, write } from '../../../test/contract/context.ts';
import { edgeId, nodeId } from '../../model/id.ts';
import { wholeTenant } from '../../model/scope.ts';
import { openSqlite } from '../../store/sqlite/open.ts';
import { alertDesk } from './desk.ts';
import type { Detected } from './detected.ts';

const detected = (changes: Partial<Detected> = {}): Detected => ({
  cluster: 'alpha',
  namespace: 'default',
  rule: 'Exec into a pod',
  severity: 'HIGH',
  techniques: ['T1609', 'T1609'],
  time: '2026-05-01T12:00:00Z',
  output: 'somebody ran sh',
  fields: { 'ka.user.name': 'eve' },
  subjects: [],
  ...changes,
});

test('the desk joins alerts to nodes, makes repeats one, and refuses a bad one alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-desk-'));
  const opened = await openSqlite(join(folder, 'portolan.db'));
  try {
    const known = pod('web');
    await (await write(opened, 'tenant')).commit(delta({ nodes: [known] }));
    const desk = alertDesk(opened, 'tenant');
    const named = { kind: 'Pod', namespace: 'default', name: 'web' } as const;
    const byUid = { kind: 'Pod', uid: 'no such pod yet' } as const;
    const unknown = { kind: 'User', namespace: null, name: 'nobody charted' } as const;
    const proves = [{ edge: 'POD_EXEC', from: byUid, to: named }];
    const subjects = [named, byUid, unknown];
    const outcomes = await Promise.allSettled([
      desk.raise(detected({ subjects, proves })),
      desk.raise(detected({ subjects: [unknown, byUid, named] })),
      desk.raise(detected({ subjects, discriminator: 'another' })),
      desk.raise(detected({ time: 'yesterday' })),
      desk.raise(detected({ output: '\ud800' })),
    ]);
    const [first, second, other] = outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value.alert : null,
    );
    const later = nodeId('Pod', 'alpha', 'no such pod yet');
    assert.deepEqual(first?.subjects, [known.id, later]);
    assert.deepEqual(first?.proves, [edgeId(later, 'POD_EXEC', known.id)]);
    assert.deepEqual(first?.techniques, ['T1609']);
    assert.equal(first?.firstSeen, '2026-05-01T12:00:00.000Z');
    assert.deepEqual([first?.count, second?.id], [2, first?.id], 'the order in which subjects are named is nothing');
    assert.notEqual(other?.id, first?.id);
    for (const [index, place] of [
      [3, /time/],
      [4, /output/],
    ] as const) {
      const outcome = outcomes[index];
      assert.ok(outcome?.status === 'rejected');
      assert.equal(outcome.reason.code, 'INVALID_VALUE');
      assert.match(outcome.reason.message, place);
    }
    assert.equal(await opened.alerts.count(wholeTenant('tenant'), {}), 2);
    assert.deepEqual((await opened.alerts.reached('tenant')).last.alpha?.version, 1, 'they shared a commit');
  } finally {
    await opened.close();
    await rm(folder, { recursive: true });
  }
});
