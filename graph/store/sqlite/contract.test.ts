import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loggedAlerts } from '../../../test/contract/alerts.ts';
import { storeContract } from '../../../test/contract/store.ts';
import { openSqlite } from './open.ts';

storeContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-store-'));
  const opened = await openSqlite(join(folder, 'portolan.db'), { loggedAlerts });
  return {
    ...opened,
    async close() {
      await opened.close();
      await rm(folder, { recursive: true });
    },
  };
});
