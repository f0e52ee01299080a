import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { wholeTenant } from '../../graph/model/scope.ts';
import { openPathEngine } from '../../graph/paths/engine.ts';
import type { PathEngine, PathQuery } from '../../graph/paths/port.ts';
import { type Chart, chart, chartTenant } from './chart.ts';

const examples = join(import.meta.dirname, '../../examples');
const limits = { first: 100, maxHops: 12, timeBudgetMs: 10_000 } as const;

async function onExamples(work: (engine: PathEngine, charted: Chart) => Promise<void>): Promise<void> {
  const charted = await chart([examples]);
  const engine = await openPathEngine(charted.store, chartTenant);
  try {
    await work(engine, charted);
  } finally {
    await engine.close();
  }
}

test('exposed pods are those whose containers answer on a public door', () =>
  onExamples(async (engine, { nodes }) => {
    const query: PathQuery = { ...limits, from: { set: 'EXPOSED_PODS' }, to: { kinds: ['Container'] } };
    const { paths } = await engine.paths(wholeTenant(chartTenant), query);
    const pods = new Set(paths.map(({ steps }) => nodes.get(steps[0]?.from ?? '')?.ref));
    assert.deepEqual([...pods].sort(), ['Pod/ci/runner-0', 'Pod/platform/backup-0', 'Pod/shop/storefront-5d9c7-abcde']);
  }));

test('a path needs what its evidence names: without the binding it is gone', () =>
  onExamples(async (engine, { nodes }) => {
    const query: PathQuery = { ...limits, from: { set: 'INTERNET' }, to: { set: 'CLUSTER_ADMIN' }, first: 1 };
    const before = await engine.paths(wholeTenant(chartTenant), query);
    assert.equal(before.paths[0]?.cost, 6);
    const binding = [...nodes.values()].find(({ ref }) => ref === 'Binding/platform/backup');
    const after = await engine.paths(wholeTenant(chartTenant), { ...query, without: [{ node: binding?.id ?? '' }] });
    assert.ok((after.paths[0]?.cost ?? 0) > 6);
  }));
