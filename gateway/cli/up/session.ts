import type { Logger } from 'pino';
import type { OpenedStore } from '../../../graph/store/opened.ts';
import type { Terminal } from '../command.ts';
import type { Settings } from '../settings.ts';

/** What the parts of `portolan up` share. */
export interface Session {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly opened: OpenedStore;
  readonly logger: Logger;
}
