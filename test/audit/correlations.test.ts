import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { after, test } from 'node:test';
import type { AuditRecord } from '../../collectors/audit/event.ts';
import { normalise } from '../../collectors/audit/normalise.ts';
import { auditRecord } from '../../collectors/audit/record.ts';
import type { Correlation, Finding, History, Watcher } from '../../detections/correlate/define.ts';
import { type GraphView, graphView } from '../../detections/correlate/graph-view.ts';
import { correlations } from '../../detections/correlate/index.ts';
import type { NodeEvent } from '../../detections/engine/fields/syscall.ts';
import { loadRules } from '../../detections/engine/load.ts';
import { slug } from '../../detections/rules/define.ts';
import { detections } from '../../detections/rules/index.ts';
import { packFiles } from '../../detections/rules/pack.ts';
import { type House, openHouse } from '../gateway/testbed.ts';
import { chartManifests } from './histories.ts';

const closing = new AsyncDisposableStack();
after(() => closing.disposeAsync());
const house: House = await openHouse(closing);
const { engines } = loadRules(packFiles());

/** What a correlation finds in each event of a history. */
async function play(correlation: Correlation, history: History<AuditRecord | NodeEvent>, cluster: string) {
  const view = graphView(house.store, () => house.paths(house.tenant), house.tenant, cluster);
  const findings: (Finding | null)[] = [];
  const run = async <E>(watch: Watcher<E>, event: E, rules: readonly string[], on: GraphView): Promise<void> => {
    findings.push(await watch({ event, rules }, on));
  };
  if (correlation.source === 'k8s_audit') {
    const watch = correlation.watch();
    for (const record of history.events as readonly AuditRecord[]) {
      const source = { provider: 'selfmanaged', route: 'test', cluster: null, pointer: 'test' } as const;
      const event = normalise(auditRecord(JSON.parse(JSON.stringify(record))), source);
      await run(
        watch,
        event,
        engines.k8s_audit.match(event).map(({ name }) => name),
        view,
      );
    }
  } else {
    const watch = correlation.watch();
    for (const event of history.events as readonly NodeEvent[])
      await run(
        watch,
        event,
        engines.syscall.match(event).map(({ name }) => name),
        view,
      );
  }
  return findings;
}

test('each correlation stands in the file of its name, is listed, and has a name that no rule has', () => {
  const folder = new URL('../../detections/correlate', import.meta.url).pathname;
  const files = globSync('*.ts', { cwd: folder });
  for (const { name } of correlations) assert.ok(files.includes(`${slug(name)}.ts`), name);
  const names = [...correlations, ...detections].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const declared = files.filter((file) => correlations.some(({ name }) => `${slug(name)}.ts` === file));
  assert.equal(declared.length, correlations.length);
});

for (const correlation of correlations) {
  const { name, nearMiss } = correlation;
  test(`${name}: fires at the end of its history, and not on its near miss`, async () => {
    const fires: History<AuditRecord | NodeEvent> = correlation.fires;
    const cluster = await chartManifests(house, `${slug(name)}-fires`, fires.cluster);
    const found = await play(correlation, fires, cluster);
    assert.deepEqual(
      found.map((finding) => finding !== null),
      fires.events.map((_, index) => index === fires.events.length - 1),
    );
    const miss = { ...fires, ...nearMiss.change };
    const near = await chartManifests(house, `${slug(name)}-near-miss`, miss.cluster);
    assert.deepEqual(
      (await play(correlation, miss, near)).filter((finding) => finding !== null),
      [],
      nearMiss.because,
    );
  });
}
