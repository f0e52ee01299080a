import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../../../detections/engine/load.ts';
import { packFiles } from '../../../detections/rules/pack.ts';
import { filterForMore } from '../../../sensor/loader/asked-more.ts';
import { defaultFilter } from '../../../sensor/loader/orders.ts';

test('our own rules ask for nothing that takes more programs, or more of them', () => {
  assert.deepEqual(filterForMore(defaultFilter, loadRules(packFiles()).engines.syscall.rules), defaultFilter);
});
