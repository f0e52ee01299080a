import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../graph/store/sqlite/open.ts';
import { eventLogContract } from '../test/events/contract.ts';
import { storeLog } from './store-log.ts';

eventLogContract('The log of an SQLite file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-events-'));
  const opened = await openSqlite(join(folder, 'portolan.db'));
  return {
    ...opened,
    log: storeLog(opened.store, opened.alerts),
    async close() {
      await opened.close();
      await rm(folder, { recursive: true });
    },
  };
});
