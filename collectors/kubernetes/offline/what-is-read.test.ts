import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { MappingContext } from '../kind.ts';
import { objectKinds } from '../kinds/index.ts';
import { mapObject } from '../map.ts';
import { manifestsUnder } from './files.ts';
import { type DumpObject, objectsIn } from './objects.ts';
import { readDocuments } from './read-documents.ts';
import { TracedMap, trace } from './trace.ts';
import { whatIsRead } from './what-is-read.ts';

const context: MappingContext = { cluster: 'c', audiences: ['https://kubernetes.default.svc'] };
const root = join(import.meta.dirname, '../../..');

/** Reduces an object, and holds that it says the same as before. */
function reduced({ kind, group, json }: DumpObject): string | null {
  const known = objectKinds.find((each) => each.kind === kind && each.group === group);
  if (known === undefined) return null;
  const read = whatIsRead(known, known.version, json, context);
  const text = JSON.stringify(read);
  const before = mapObject(known, json, context);
  const after = mapObject(known, JSON.parse(text), context);
  assert.deepEqual([after.record, after.problems], [before.record, before.problems], `${kind} ${text}`);
  return text;
}

test('every object of our examples and fixtures says the same when reduced to what is read of it', async () => {
  const kinds = new Set<string>();
  const files = await Promise.all(['examples', 'test/fixtures'].map((path) => manifestsUnder(join(root, path))));
  for (const file of files.flat()) {
    for await (const { value } of readDocuments(file, {})) {
      for (const object of value == null ? [] : objectsIn(value)) {
        if (typeof object !== 'string' && reduced(object) !== null) kinds.add(object.kind);
      }
    }
  }
  for (const kind of ['Pod', 'Secret', 'ClusterRole', 'RoleBinding', 'Service', 'Deployment']) {
    assert.ok(kinds.has(kind), kind);
  }
});

describe('what is left out', () => {
  const mark = 'portolan-marked';
  const metadata = {
    name: 'web',
    namespace: 'default',
    annotations: {
      'kubectl.kubernetes.io/last-applied-configuration': mark,
      'kubernetes.io/service-account.name': 'builder',
      'container.apparmor.security.beta.kubernetes.io/main': 'unconfined',
    },
    managedFields: [{ manager: mark }],
  };

  test('values of the environment, arguments, and annotations that nobody reads', () => {
    const container = {
      name: 'main',
      image: 'web:1',
      args: [mark],
      command: [mark],
      env: [
        { name: 'PASSWORD', value: mark },
        { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: mark } } },
      ],
    };
    const text = reduced({ kind: 'Pod', group: '', json: { metadata, spec: { containers: [container] } } });
    assert.ok(text !== null && !text.includes(mark), text ?? '');
    assert.match(text, /"secretKeyRef":\{"name":"token"\}/);
    assert.match(text, /"unconfined"/);
    assert.doesNotMatch(text, /PASSWORD|builder/);
  });

  test('what secrets and config maps hold', () => {
    const data = { a: mark };
    for (const kind of ['Secret', 'ConfigMap']) {
      const json = { metadata, type: 'kubernetes.io/service-account-token', data, stringData: data, binaryData: data };
      const text = reduced({ kind, group: '', json });
      assert.ok(text !== null && !text.includes(mark), text ?? '');
      assert.equal(text.includes('builder'), kind === 'Secret');
    }
  });
});

test('a trace holds what is read, and places in lists', () => {
  const { view, read } = trace({ a: { b: 1, c: 2 }, list: [{ x: 1 }, { x: 2 }, 'text', [1]], no: true });
  const seen = view as { readonly a: { readonly b: number }; readonly list: readonly { readonly x?: number }[] };
  assert.equal(seen.a.b, 1);
  assert.equal(seen.list.find(({ x }) => x === 2)?.x, 2);
  assert.deepEqual(read(), { a: { b: 1 }, list: [{ x: 1 }, { x: 2 }, null, []] });
});

test('a traced map tells what was asked for, by whatever way', () => {
  const entries = [
    ['a', '1'],
    ['b', '2'],
  ] as const;
  const map = (use: (map: TracedMap) => unknown): unknown => {
    const traced = new TracedMap(entries);
    use(traced);
    return traced.read();
  };
  assert.deepEqual(
    map((all) => [all.get('a'), all.has('b'), all.get('c')]),
    { a: '1', b: '' },
  );
  for (const use of [
    (all: TracedMap) => [...all],
    (all: TracedMap) => [...all.values()],
    (all: TracedMap) => all.forEach(() => {}),
  ]) {
    assert.deepEqual(map(use), { a: '1', b: '2' });
  }
  assert.deepEqual(
    map((all) => [...all.keys()]),
    { a: '', b: '' },
  );
});
