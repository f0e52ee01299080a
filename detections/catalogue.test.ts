import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviours } from './baselines/behaviours/index.ts';
import { catalogue } from './catalogue.ts';
import { correlations } from './correlate/index.ts';
import { loadDetections } from './load.ts';
import { packFiles } from './rules/pack.ts';

const everything = behaviours.map((behaviour) => ({ behaviour, isOn: true }));

test('all that comes with Portolan is covered', () => {
  const all = catalogue(loadDetections(packFiles()), correlations, everything);
  assert.deepEqual(
    all.filter(({ coverage }) => coverage !== 'full'),
    [],
  );
  const names = all.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)].sort(), 'each once, by name');
  for (const kind of ['rule', 'correlation', 'behaviour']) assert.ok(all.some((detection) => detection.kind === kind));
});

test('what cannot fire is not covered, and says why', () => {
  const rule = (name: string, condition: string, more = ''): string =>
    `- { rule: ${name}, desc: d, condition: '${condition}', output: o, priority: ERROR, tags: [T1611]${more} }\n`;
  const falco = [
    rule('broken', 'no.such.field = 1'),
    rule('half', 'evt.type = execve or container.ip contains x'),
    rule('deaf', 'evt.type = execve and container.ip contains x'),
    rule('off', 'evt.type = execve', ', enabled: false'),
    rule('elsewhere', 'aws.user exists', ', source: aws_cloudtrail'),
    rule('good', 'evt.type = execve'),
  ].join('');
  const sigma = (title: string, product: string, item: string): string => `title: ${title}
logsource: { product: ${product}, category: process_creation }
tags: [attack.t1059.004]
detection: { a: { ${item} }, condition: a }
`;
  const loaded = loadDetections([
    { name: 'falco.yaml', text: falco },
    { name: 'foreign.yml', text: sigma('foreign', 'windows', 'Image: x') },
    { name: 'unknown.yml', text: sigma('unknown', 'linux', 'Unknown: x') },
  ]);
  const [behaviour] = behaviours;
  assert.ok(behaviour);
  const all = catalogue(loaded, [], [{ behaviour, isOn: false }]);
  const shown = Object.fromEntries(all.map(({ name, coverage, gap }) => [name, [coverage, gap]]));
  assert.deepEqual(Object.keys(shown).sort(), [
    ...[behaviour.name, 'broken', 'deaf', 'elsewhere', 'foreign', 'good', 'half', 'off', 'unknown'],
  ]);
  assert.deepEqual(shown.good, ['full', null]);
  assert.deepEqual(shown.half, ['partial', 'No event has container.ip.']);
  assert.deepEqual(shown.deaf, ['none', 'No event has container.ip.']);
  for (const name of ['off', behaviour.name]) assert.deepEqual(shown[name], ['none', 'It is switched off.']);
  for (const [name, reason] of [
    ['broken', /^It was refused: .*no\.such\.field/],
    ['elsewhere', /^It was refused: unknown source .*aws_cloudtrail/],
    ['foreign', /^It was refused: .*windows/],
    ['unknown', /^It was refused: .*Unknown/],
  ] as const) {
    assert.equal(shown[name]?.[0], 'none', name);
    assert.match(shown[name]?.[1] ?? '', reason);
  }
  assert.deepEqual(all.find(({ name }) => name === 'unknown')?.techniques, ['T1059.004']);
  assert.equal(all.find(({ name }) => name === 'broken')?.severity, 'HIGH');
});
