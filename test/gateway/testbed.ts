import assert from 'node:assert/strict';
import { type Logger, pino } from 'pino';
import type { GatewayOptions } from '../../gateway/settings.ts';
import { type Gateway, startGateway } from '../../gateway/start.ts';
import type { Delta } from '../../graph/model/graph.ts';
import { openPathEngine } from '../../graph/paths/engine.ts';
import type { PathEngine } from '../../graph/paths/port.ts';
import type { AlertRecords } from '../../graph/records/alerts/port.ts';
import type { Records } from '../../graph/records/port.ts';
import type { GraphStore } from '../../graph/store/port.ts';
import { type StoreUnderTest, sqlite } from './stores.ts';

/** A real store, with engines in their threads. */
export interface House {
  readonly store: GraphStore;
  readonly records: Records;
  readonly alerts: AlertRecords;
  readonly paths: (tenant: string) => Promise<PathEngine>;
  /** Whose graph it is. */
  readonly tenant: string;
  /** Commits a delta as the next version of its partition, and waits until the open engine of the tenant has it. */
  commit(cluster: string, delta: Delta, tenant?: string): Promise<void>;
}

/** Opens a house, on SQLite unless told otherwise; it closes with the stack. */
export async function openHouse(closing: AsyncDisposableStack, on: StoreUnderTest = sqlite): Promise<House> {
  const { store, records, alerts, close, tenant: own } = await on.open();
  const engines = new Map<string, Promise<PathEngine>>();
  closing.defer(async () => {
    for (const engine of engines.values()) await (await engine).close();
    await close();
  });
  const paths = (tenant: string): Promise<PathEngine> => {
    const engine = engines.get(tenant) ?? openPathEngine(store, tenant);
    engines.set(tenant, engine);
    return engine;
  };
  return {
    store,
    records,
    alerts,
    paths,
    tenant: own,
    async commit(cluster, delta, tenant = own) {
      const lease = await records.acquireLease({ tenant, cluster }, 'test', 60_000);
      assert.ok(lease);
      const version = await store.version(tenant);
      await store.apply(lease, version[cluster] ?? 0, delta);
      await records.releaseLease(lease);
      await (await engines.get(tenant))?.reached(await store.version(tenant), AbortSignal.timeout(20_000));
    },
  };
}

/** What a gateway logs, as lines to look into. */
export function memoryLog(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, logger: pino({ level: 'debug' }, { write: (line: string) => lines.push(line) }) };
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests take the answer apart by assertions, not by types
  readonly data: any;
  readonly errors?: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
  readonly extensions?: { readonly cost?: number };
}

export type Ask = (query: string, variables?: object, token?: string) => Promise<Answer>;

export interface Served extends Gateway {
  /** Asks over HTTP, without a socket. */
  readonly ask: Ask;
  /** Asks, and fails on any error. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly data: (query: string, variables?: object, token?: string) => Promise<any>;
}

/** A gateway over a house, on a free port of loopback; stopped with the house. */
export async function serve(
  closing: AsyncDisposableStack,
  house: House,
  options: Partial<GatewayOptions> = {},
): Promise<Served> {
  const { store, records, alerts, paths, tenant } = house;
  const gateway = await startGateway({
    store,
    records,
    alerts,
    paths,
    tenant,
    port: 0,
    logger: memoryLog().logger,
    ...options,
  });
  closing.defer(() => gateway.stop());
  const ask: Ask = async (query, variables = {}, token) => {
    const response = await gateway.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query, variables },
      headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    });
    return { status: response.statusCode, ...response.json() };
  };
  const data = async (query: string, variables?: object, token?: string) => {
    const answer = await ask(query, variables, token);
    assert.deepEqual(answer.errors, undefined);
    return answer.data;
  };
  return { ...gateway, ask, data };
}
