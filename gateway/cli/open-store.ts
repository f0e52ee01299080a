import { openStore } from '../../graph/store/open.ts';
import type { OpenedStore } from '../../graph/store/opened.ts';
import type { Settings } from './settings.ts';

/** Opens the store that the settings name. */
export function openStoreOf({ store, storeUser, storePassword }: Settings): Promise<OpenedStore> {
  return openStore(store, { user: storeUser, password: storePassword });
}
