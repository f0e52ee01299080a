import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder under which the testbed keeps what it built or fetched, from run to run. */
export function cacheFolder(name: string): string {
  const { PORTOLAN_TESTBED_CACHE, XDG_CACHE_HOME } = process.env;
  const cache = PORTOLAN_TESTBED_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'portolan', 'testbed');
  return join(cache, name);
}
