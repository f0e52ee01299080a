import { after, before, describe } from 'node:test';
import { alertsContract } from './alerts.ts';
import { cachedTreesContract } from './cached-trees.ts';
import { changesContract } from './changes.ts';
import type { Opened } from './context.ts';
import { countsContract } from './counts.ts';
import { deliveriesContract } from './deliveries.ts';
import { readsContract } from './reads.ts';
import { recordsContract } from './records.ts';
import { scopesContract } from './scopes.ts';
import { treesContract } from './trees.ts';
import { valuesContract } from './values.ts';
import { writesContract } from './writes.ts';

/**
 * What every store must do, as tests of node:test, on so many random histories. `open` may give a store that others use too: each test is a tenant of its own.
 */
export function storeContract(name: string, open: () => Promise<Opened>, histories = 4): void {
  describe(`${name} keeps the contract of the store`, () => {
    let opened: Opened;
    before(async () => {
      opened = await open();
    });
    after(() => opened.close());
    const subject = () => opened;
    describe('writes', () => writesContract(subject));
    describe('values', () => valuesContract(subject));
    describe('reads', () => readsContract(subject, histories));
    describe('trees', () => treesContract(subject, histories));
    describe('cached trees', () => cachedTreesContract(subject, histories));
    describe('counts', () => countsContract(subject, histories));
    describe('scopes', () => scopesContract(subject, histories));
    describe('changes', () => changesContract(subject));
    describe('records', () => recordsContract(subject));
    describe('alerts', () => alertsContract(subject, histories));
    describe('deliveries', () => deliveriesContract(subject, histories));
  });
}
