import { after, before, describe } from 'node:test';
import { changesContract } from './changes.ts';
import type { Opened } from './context.ts';
import { readsContract } from './reads.ts';
import { recordsContract } from './records.ts';
import { scopesContract } from './scopes.ts';
import { valuesContract } from './values.ts';
import { writesContract } from './writes.ts';

/** What every store must do, as tests of node:test. `open` may give a store that others use too: each test is a tenant of its own. */
export function storeContract(name: string, open: () => Promise<Opened>): void {
  describe(`${name} keeps the contract of the store`, () => {
    let opened: Opened;
    before(async () => {
      opened = await open();
    });
    after(() => opened.close());
    const subject = () => opened;
    describe('writes', () => writesContract(subject));
    describe('values', () => valuesContract(subject));
    describe('reads', () => readsContract(subject));
    describe('scopes', () => scopesContract(subject));
    describe('changes', () => changesContract(subject));
    describe('records', () => recordsContract(subject));
  });
}
