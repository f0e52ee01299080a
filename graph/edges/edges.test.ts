import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { expected, found } from '../../test/edges/expectations.ts';
import { isNodeKind } from '../model/kinds.ts';
import { edges } from './index.ts';

const root = join(import.meta.dirname, '../..');

test('names are unique, links cost nothing, techniques name their ATT&CK technique', () => {
  assert.equal(new Set(edges.map((edge) => edge.name)).size, edges.length);
  for (const edge of edges) {
    assert.match(edge.name, /^[A-Z][A-Z0-9_]*$/);
    assert.ok(
      [...edge.from, ...edge.to, ...Object.keys(edge.derive)].every(isNodeKind),
      `${edge.name} names kinds of the model`,
    );
    assert.ok(Number.isInteger(edge.difficulty) && edge.difficulty >= 0 && edge.difficulty <= 9, edge.name);
    if (edge.class === 'link') assert.equal(edge.difficulty, 0, edge.name);
    else assert.ok(edge.attack.length > 0, `${edge.name} is a technique of ATT&CK`);
  }
});

for (const edge of edges) {
  test(`${edge.name}: its manifest gives exactly its edges, its near miss gives none`, async () => {
    const manifest = join(root, 'test/fixtures/edges', edge.name);
    for (const path of [`${manifest}.yaml`, `${manifest}.near-miss.yaml`]) {
      assert.deepEqual(await found(path, edge.name), await expected(path), path);
    }
    assert.ok((await expected(`${manifest}.yaml`)).length > 0, 'the manifest has an edge to find');
    assert.deepEqual(await expected(`${manifest}.near-miss.yaml`), [], 'the near miss has none');
  });
}
