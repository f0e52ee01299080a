import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { behaviours } from '../../detections/baselines/behaviours/index.ts';
import { catalogue } from '../../detections/catalogue.ts';
import { correlations } from '../../detections/correlate/index.ts';
import { loadDetections } from '../../detections/load.ts';
import { packFiles } from '../../detections/rules/pack.ts';
import { markToldGaps } from '../../gateway/fleet/mark-told-gaps.ts';
import { auditSourceRecords } from '../../gateway/ingest/audit-source.ts';
import { chartManifests } from '../audit/histories.ts';
import { openHouse, serve } from './testbed.ts';

const closing = new AsyncDisposableStack();
after(() => closing.disposeAsync());

const own = `
- { rule: Deaf, desc: d, condition: evt.type = execve and container.ip contains x, output: o, priority: ERROR, tags: [T1490] }
- { rule: Half, desc: d, condition: evt.type = execve or container.ip contains x, output: o, priority: ERROR, tags: [T9999] }
`;
const loaded = loadDetections([...packFiles(), { name: 'own.yaml', text: own }]);
const isOn = behaviours.map((behaviour) => ({ behaviour, isOn: true }));
const detections = catalogue(loaded, correlations, isOn);
const served = await serve(closing, await openHouse(closing), { detections });

interface Detection {
  readonly name: string;
  readonly method: string;
  readonly coverage: string;
  readonly gap: string | null;
}

test('each technique says what watches for it, and what does not', async () => {
  const { attackTechniques } = await served.data(
    '{ attackTechniques { id name version detection detections { name method source severity coverage gap techniques } } }',
  );
  const ids = attackTechniques.map(({ id }: { id: string }) => id);
  assert.deepEqual(ids, [...new Set(ids)].sort());
  const of = (id: string) => attackTechniques.find((technique: { id: string }) => technique.id === id);

  // The matrix is there whole, with what nothing watches for.
  assert.deepEqual(of('T1525'), {
    ...{ id: 'T1525', name: 'Implant Internal Image', version: '18.1' },
    ...{ detection: 'NOT_COVERED', detections: [] },
  });
  assert.equal(of('T1490').detection, 'NOT_COVERED', 'what cannot fire covers nothing');
  assert.deepEqual(of('T1490').detections, [
    {
      ...{ name: 'Deaf', method: 'RULE', source: 'NODE', severity: 'HIGH', techniques: ['T1490'] },
      ...{ coverage: 'NOT_COVERED', gap: 'No event has container.ip.' },
    },
  ]);
  assert.deepEqual(
    [of('T9999').name, of('T9999').detection],
    ['T9999', 'PARTLY_COVERED'],
    'an id that only a rule names',
  );
  const exec: readonly Detection[] = of('T1609').detections;
  assert.equal(of('T1609').detection, 'COVERED');
  assert.ok(exec.some(({ name, method }) => name === 'Exec into a pod' && method === 'RULE'));
  assert.ok(exec.some(({ method }) => method === 'CORRELATION'));
  assert.ok(of('T1610').detections.some(({ method }: Detection) => method === 'BEHAVIOUR'));
  const parent = of('T1552').detections.map(({ name }: Detection) => name);
  for (const { name } of of('T1552.007').detections)
    assert.ok(parent.includes(name), 'a sub-technique is of its technique');
});

test('each attack edge says what watches for its techniques', async () => {
  const { techniques, detections: all } = await served.data(
    '{ techniques { name class detection detections { name } attack { id detection } } detections { name } }',
  );
  assert.deepEqual(
    all.map(({ name }: Detection) => name),
    detections.map(({ name }) => name),
  );
  const exec = techniques.find(({ name }: { name: string }) => name === 'POD_EXEC');
  assert.equal(exec.detection, 'COVERED');
  assert.ok(exec.detections.some(({ name }: Detection) => name === 'Exec into a pod'));
  assert.deepEqual(exec.attack, [{ id: 'T1609', detection: 'COVERED' }]);
  const link = techniques.find((technique: { class: string }) => technique.class === 'LINK');
  assert.deepEqual([link.detection, link.detections], [null, []]);
});

test('each technique says in which clusters nothing reports of what it needs', async () => {
  const house = await openHouse(closing);
  const [bare, audited] = [await chartManifests(house, 'bare', ''), await chartManifests(house, 'audited', '')];
  const heardAt = new Date().toISOString();
  const lost = { rule: 'Exec into a pod', state: 'none', missing: ['ka.uri'] } as const;
  const state = { address: 'api server', heardAt, failing: null, unread: null, notCovered: [lost] };
  await auditSourceRecords(house.records, house.tenant).put(audited, state);
  await markToldGaps({ ...house, followed: () => new Set() });
  const { data } = await serve(closing, house, { detections });
  interface InCluster {
    readonly cluster: { readonly id: string; readonly name: string };
    readonly detection: string | null;
    readonly limited: readonly { readonly name: string; readonly source: string | null }[];
  }
  const { attackTechniques, techniques } = await data(
    '{ attackTechniques { id detection detections { name source coverage } clusters { cluster { id name } detection limited { name source } } } techniques { detection clusters { detection } } }',
  );
  interface Technique {
    readonly id: string;
    readonly detection: string;
    readonly detections: readonly {
      readonly name: string;
      readonly source: string | null;
      readonly coverage: string;
    }[];
    readonly clusters: readonly InCluster[];
  }
  for (const { id, detection, detections: watching, clusters } of attackTechniques as readonly Technique[]) {
    const of = (cluster: string) => clusters.find((each) => each.cluster.id === cluster) ?? assert.fail(id);
    assert.equal(of(bare).detection, 'NOT_COVERED', `${id}: nothing reports`);
    const able = watching.filter(({ coverage }) => coverage !== 'NOT_COVERED');
    const names = (some: readonly { readonly name: string }[]) => some.map(({ name }) => name);
    assert.deepEqual(names(of(bare).limited), names(able), id);
    const deaf = able.filter(({ name, source }) => source !== 'AUDIT' || name === lost.rule);
    assert.deepEqual(names(of(audited).limited), names(deaf), `${id}: no sensor`);
    const byAudit = able.some(
      ({ name, source, coverage }) => source === 'AUDIT' && name !== lost.rule && coverage === 'COVERED',
    );
    if (byAudit) assert.equal(of(audited).detection, 'COVERED', id);
    else assert.notEqual(of(audited).detection, 'COVERED', `${id}: ${detection} elsewhere`);
  }
  assert.equal(attackTechniques.find(({ id }: Technique) => id === 'T1609').clusters.length, 2);
  for (const technique of techniques) assert.equal(technique.clusters.length, technique.detection === null ? 0 : 2);
});
