import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence } from '../model/graph.ts';
import { bothOf, canonicalEvidence, mayHaveMore } from './evidence.ts';

const ways = (count: number, of: string): Evidence =>
  Array.from({ length: count }, (_, index) => [{ object: of, field: `rules[${index}]` }]);

test('of more alternatives than are kept, the same ones are kept in whatever order they come, and it is told', () => {
  const many = bothOf(ways(15, 'Role/a'), ways(15, 'Role/b'));
  const turned = bothOf(ways(15, 'Role/b').toReversed(), ways(15, 'Role/a'));
  assert.equal(many.length, 100);
  assert.deepEqual(canonicalEvidence(turned), canonicalEvidence(many));
  assert.equal(mayHaveMore(many), true);
});

test('alternatives that say the same in another order are one, before any are left out', () => {
  const twice = bothOf(ways(13, 'Role/a'), ways(13, 'Role/a'));
  assert.equal(canonicalEvidence(twice).length, (13 * 14) / 2);
  assert.equal(mayHaveMore(twice), false);
});
