import type { Logger } from 'pino';
import type { Viewer } from '../../resolvers/context.ts';
import type { Identify } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import type { Limits } from '../limits.ts';
import type { Subscriptions } from './groups.ts';
import type { operationReader } from './operation.ts';

/** What both transports stand on. */
export interface TransportSettings {
  readonly limits: Limits;
  readonly logger: Logger;
  readonly subscriptions: Subscriptions;
  readonly read: ReturnType<typeof operationReader>;
  readonly identify: Identify;
  readonly viewerOf: (caller: Caller) => Promise<Viewer>;
  /** Whether the gateway listens on loopback, where it answers no web page of elsewhere. */
  readonly loopback: boolean;
}
