import { closeSync, openSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { migrations } from '../../records/migrations.ts';
import { StoreError } from '../errors.ts';
import { prepareGraph } from './schema.ts';

/** "PORT": marks an SQLite file as ours. https://www.sqlite.org/pragma.html#pragma_application_id */
const applicationId = 0x504f5254;

/** Opens the file, makes it if there is none (readable by its owner alone), and brings it up to date. */
export function openDatabase(path: string): Database {
  try {
    closeSync(openSync(path, 'a', 0o600));
    const db = new Sqlite(path, { timeout: 10_000 });
    try {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      // Of each thread, in KiB: with 64 MiB a bulk load is no faster.
      db.pragma('cache_size = -16384');
      // Twice the default, so that a bulk load writes pages it changes again back less often; with four times as many it is
      // 3 % faster, and commits of alerts wait twice as long for the checkpoints.
      db.pragma('wal_autocheckpoint = 2000');
      db.pragma('mmap_size = 268435456');
      db.pragma('temp_store = MEMORY');
      // Past this many bytes the WAL is cut back after a checkpoint, so that one bulk load does not keep its disk.
      db.pragma('journal_size_limit = 67108864');
      db.transaction(() => prepare(db, path)).immediate();
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw storeError(path, error);
  }
}

function prepare(db: Database, path: string): void {
  const owner = db.pragma('application_id', { simple: true });
  const steps = db.pragma('user_version', { simple: true }) as number;
  const tables = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()?.n ?? 0;
  if (owner !== applicationId && tables > 0) {
    throw new StoreError('UPSTREAM_UNAVAILABLE', `${path} is the database of another program: name another file.`);
  }
  if (steps > migrations.length) {
    throw new StoreError(
      'UPSTREAM_UNAVAILABLE',
      `${path} was written by a newer Portolan: run that, or name another file.`,
    );
  }
  db.pragma(`application_id = ${applicationId}`);
  for (const step of migrations.slice(steps)) db.exec(step);
  db.pragma(`user_version = ${migrations.length}`);
  prepareGraph(db);
}

/** What SQLite or the file system says, as an error that names the file and says what to do. */
export function storeError(path: string, error: unknown): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const advice = adviceFor(code);
  if (advice === null) return error;
  return new StoreError('UPSTREAM_UNAVAILABLE', `${path}: ${error.message} (${code}). ${advice}`, { cause: error });
}

function adviceFor(code: string): string | null {
  if (code.startsWith('SQLITE_NOTADB')) return 'It is no database: name another file, or move this one away.';
  if (code.startsWith('SQLITE_CORRUPT')) {
    return 'The file is damaged: put a backup in its place, or move it away to chart everything anew.';
  }
  if (code.startsWith('SQLITE_BUSY')) return 'Another process has been writing for too long: stop it, or try again.';
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC') return 'The disk is full: make room and try again.';
  if (code.startsWith('SQLITE_READONLY') || code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return 'It cannot be written: see to the permissions of the file and its folder.';
  }
  if (code === 'ENOENT') return 'Its folder does not exist: make it, or name another file.';
  if (code === 'EISDIR') return 'It is a folder: name a file in it.';
  if (code.startsWith('SQLITE_'))
    return 'The file or the disk it lies on cannot be used: look at the disk, then restart.';
  return null;
}
