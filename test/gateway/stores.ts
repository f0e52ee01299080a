import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNeo4j } from '../../graph/store/neo4j/open.ts';
import type { OpenedStore } from '../../graph/store/opened.ts';
import { openSqlite } from '../../graph/store/sqlite/open.ts';
import { neo4jMissing, sharedNeo4j } from '../testbed/neo4j.ts';

/** A store for a house to stand on, and a tenant in it that nobody else writes. */
export interface Ground extends OpenedStore {
  readonly tenant: string;
}

export interface StoreUnderTest {
  readonly name: string;
  /** For the `skip` option of a test: why there is none here, else false. */
  readonly skip: string | false;
  open(): Promise<Ground>;
}

/** A file of its own, which goes when it is closed. */
export const sqlite: StoreUnderTest = {
  name: 'SQLite',
  skip: false,
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'portolan-gateway-'));
    const opened = await openSqlite(join(folder, 'graph.db'));
    const close = async (): Promise<void> => {
      await opened.close();
      await rm(folder, { recursive: true });
    };
    return { ...opened, close, tenant: 'default' };
  },
};

/** The real server that the tests of a run share. */
export const neo4j: StoreUnderTest = {
  name: 'Neo4j',
  skip: await neo4jMissing(),
  async open() {
    const { uri, auth } = await sharedNeo4j();
    return { ...(await openNeo4j(uri, auth)), tenant: `tenant-${randomUUID()}` };
  },
};

export const stores: readonly StoreUnderTest[] = [sqlite, neo4j];
