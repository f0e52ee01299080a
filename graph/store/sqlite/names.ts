import type { Database } from 'better-sqlite3';

/** The numbers that stand for tenants, clusters and words in a file. They never change, so what was seen is remembered. */
export interface Names {
  /** The tenant's number; null while nothing was written for it. */
  tenant(name: string): number | null;
  /** The partitions of a tenant, by cluster id. */
  partitions(tenant: number): readonly { readonly key: number; readonly cluster: string }[];
  cluster(partition: number): string;
  word(key: number): string;
  /** The list of claims that a word spells. */
  claims(key: number): readonly string[];
}

export function names(db: Database): Names {
  const tenants = new Map<string, number>();
  const clusters = new Map<number, string>();
  const words = new Map<number, string>();
  const lists = new Map<number, readonly string[]>();
  const findTenant = db.prepare<[string], number>('SELECT key FROM tenants WHERE name = ?').pluck();
  const findPartitions = db.prepare<[number], { key: number; cluster: string }>(
    'SELECT key, cluster FROM partitions WHERE tenant = ? ORDER BY cluster',
  );
  const findCluster = db.prepare<[number], string>('SELECT cluster FROM partitions WHERE key = ?').pluck();
  const findWord = db.prepare<[number], string>('SELECT text FROM words WHERE key = ?').pluck();
  const word = (key: number): string => remembered(words, key, (key) => findWord.get(key)) as string;
  return {
    tenant: (name) => remembered(tenants, name, (name) => findTenant.get(name)) ?? null,
    partitions: (tenant) => findPartitions.all(tenant),
    cluster: (partition) => remembered(clusters, partition, (key) => findCluster.get(key)) as string,
    word,
    claims: (key) => remembered(lists, key, (key) => JSON.parse(word(key)) as readonly string[]) as readonly string[],
  };
}

function remembered<K, V>(memory: Map<K, V>, key: K, find: (key: K) => V | undefined): V | undefined {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const found = find(key);
  if (found !== undefined) memory.set(key, found);
  return found;
}
