import { isNeo4jAddress, parseNeo4jAddress } from './neo4j/address.ts';
import type { OpenedStore } from './opened.ts';

export interface StoreCredentials {
  readonly user: string | null;
  readonly password: string | null;
}

/** Whether the address is of a server, and not the path of a file. */
export function isServerAddress(address: string): boolean {
  return isNeo4jAddress(address);
}

/** Whether the address names a password. */
export function holdsPassword(address: string): boolean {
  return isNeo4jAddress(address) && parseNeo4jAddress(address).password !== null;
}

/** The address as it may be shown: without user and password. */
export function shownAddress(address: string): string {
  return isNeo4jAddress(address) ? parseNeo4jAddress(address).uri : address;
}

/**
 * Opens the store at an address: Neo4j for bolt://, neo4j:// and those with +s (TLS), else the SQLite file of this path.
 * Only the driver that is needed is loaded. Fails as `openSqlite` and `openNeo4j` do.
 */
export async function openStore(address: string, credentials: StoreCredentials): Promise<OpenedStore> {
  if (isNeo4jAddress(address)) return (await import('./neo4j/open.ts')).openNeo4j(address, credentials);
  return (await import('./sqlite/open.ts')).openSqlite(address);
}
