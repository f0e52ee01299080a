import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../graph/store/open.ts';
import type { OpenedStore } from '../graph/store/opened.ts';
import { startNeo4j } from '../test/testbed/neo4j.ts';

/** A store to measure with, empty at first. */
export interface BenchStore {
  readonly name: 'sqlite' | 'neo4j';
  /** What `portolan --store` takes, and the variables that go with it. */
  readonly address: string;
  readonly env: Readonly<Record<string, string>>;
  open(): Promise<OpenedStore>;
  /** Of the closed store, in bytes; null where it cannot be told. */
  size(): Promise<number | null>;
  stop(): Promise<void>;
}

/** A new SQLite file, or the testbed's Neo4j, started for this: whatever `--store` names. */
export function startStore(name: string): Promise<BenchStore> {
  if (name === 'sqlite') return sqlite();
  if (name === 'neo4j') return neo4j();
  throw new Error(`--store is sqlite or neo4j, not ${name}`);
}

async function sqlite(): Promise<BenchStore> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const address = join(folder, 'portolan.db');
  return {
    name: 'sqlite',
    address,
    env: {},
    open: () => openStore(address, { user: null, password: null }),
    size: async () => (await stat(address)).size,
    stop: () => rm(folder, { recursive: true }),
  };
}

async function neo4j(): Promise<BenchStore> {
  const { uri, auth, stop } = await startNeo4j();
  return {
    name: 'neo4j',
    address: uri,
    env: { PORTOLAN_STORE_USER: auth.user, PORTOLAN_STORE_PASSWORD: auth.password },
    open: () => openStore(uri, auth),
    size: async () => null,
    stop,
  };
}
