import { setFlagsFromString } from 'node:v8';
import { isServerAddress, openStore } from '../../graph/store/open.ts';
import type { OpenedStore } from '../../graph/store/opened.ts';
import type { Settings } from './settings.ts';

/**
 * Opens the store that the settings name. The embedded one shares this process, where much grows old while a cluster is charted
 * and is then gone. Left alone, the heap grows to as much as four times what lives before it is looked through; at 1.8 times it
 * peaks some 40 MB lower with 10,000 pods, for a few per cent of the CPU.
 */
export function openStoreOf({ store, storeUser, storePassword }: Settings): Promise<OpenedStore> {
  if (!isServerAddress(store)) setFlagsFromString('--heap-growing-percent=80');
  return openStore(store, { user: storeUser, password: storePassword });
}
