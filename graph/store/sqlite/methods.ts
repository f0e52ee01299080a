import type { Database } from 'better-sqlite3';
import { adjacency } from './adjacent.ts';
import { alertReads } from './alerts/read.ts';
import { alertWrites } from './alerts/write.ts';
import { applier } from './apply.ts';
import { history } from './history.ts';
import type { LogLimits } from './log.ts';
import { names } from './names.ts';
import { nodeKeys } from './node-keys.ts';
import { pruner } from './prune.ts';
import { reads } from './read.ts';
import { records } from './records.ts';
import { trees } from './trees.ts';

/** What the thread that writes answers. Records are here too, so that a lease is read as it is. */
export function writerMethods(db: Database, log: LogLimits, loggedAlerts: number) {
  const keys = nodeKeys(db);
  return { ...records(db), ...alertWrites(db, loggedAlerts), apply: applier(db, log, keys), prune: pruner(db, keys) };
}

/** What the thread that reads answers. */
export function readerMethods(db: Database) {
  const known = names(db);
  const levels = { ...reads(db, known), ...adjacency(db, known) };
  return { ...levels, ...trees(levels), ...history(db, known), ...alertReads(db) };
}

export type WriterMethods = ReturnType<typeof writerMethods>;
export type ReaderMethods = ReturnType<typeof readerMethods>;
