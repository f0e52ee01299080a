import { writeSync } from 'node:fs';
import { openSqlite } from '../../graph/store/sqlite/open.ts';
import { write } from './context.ts';
import { killDelta } from './kill-delta.ts';

/** Commits as fast as it can to the file it is given, printing each version once it is acknowledged, until it is killed. */
const opened = await openSqlite(process.argv[2] as string);
const { commit } = await write(opened, 'killed');
for (let version = (await opened.store.version('killed')).alpha ?? 0; ; ) {
  version = await commit(killDelta(version + 1));
  writeSync(1, `${version}\n`);
}
