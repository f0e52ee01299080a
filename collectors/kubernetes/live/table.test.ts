import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableReader } from './table.ts';

const row = (name: string, type: string) => ({ cells: [name, type, 1], object: { metadata: { name, uid: name } } });

test('rows become objects of metadata and printed columns, whose names come with the first Table only', () => {
  const rows = tableReader();
  const columnDefinitions = [{ name: 'Name' }, { name: 'Type' }, { name: 'Data' }];
  assert.deepEqual(rows({ columnDefinitions, rows: [row('a', 'Opaque')] }), [
    { name: 'a', type: 'Opaque', data: 1, metadata: { name: 'a', uid: 'a' } },
  ]);
  assert.deepEqual(rows({ columnDefinitions: null, rows: [row('b', 'x')] }), [
    { name: 'b', type: 'x', data: 1, metadata: { name: 'b', uid: 'b' } },
  ]);
});

test('what is no Table has no rows, and a row of nothing is an object of nothing', () => {
  for (const body of [null, [], 'x', {}, { rows: null }, { columnDefinitions: [null], rows: {} }]) {
    assert.deepEqual(tableReader()(body), []);
  }
  assert.deepEqual(tableReader()({ rows: [null] }), [{ metadata: undefined }]);
});
