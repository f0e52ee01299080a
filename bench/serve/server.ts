import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Usage } from './statements.ts';

/** A server under measurement, in a process of its own that ends with ours. */
export interface Server {
  readonly url: string;
  usage(): Promise<Usage>;
  query(query: string, variables: object): Promise<unknown>;
  stop(): void;
}

/** The flags of Node that `portolan up` runs with on a store: of one given twice the last counts. */
export const flagsOn = (address: string): readonly string[] => [
  ...process.execArgv,
  `--max-semi-space-size=${address.includes('://') ? 32 : 16}`,
];

/** `flags` are those that Node runs it with. */
export async function startServer(file: string, args: readonly string[], flags: readonly string[]): Promise<Server> {
  const child = fork(file, args, { execArgv: [...flags], env: { ...process.env, NODE_ENV: 'production' } });
  const { url } = (await reply(child)) as { readonly url: string };
  return {
    url,
    async usage() {
      child.send('usage');
      return (await reply(child)) as Usage;
    },
    async query(query, variables) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as { readonly data?: unknown; readonly errors?: unknown };
      if (errors !== undefined) throw new Error(`${url}: ${JSON.stringify(errors)}`);
      return data;
    },
    stop: () => child.kill('SIGKILL'),
  };
}

/** The next message of a child; rejects when it ends instead. */
export async function reply(child: ChildProcess): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    const [message]: unknown[] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`${child.spawnfile} ${child.spawnargs.slice(1, 3).join(' ')} ended with ${code}`);
      }),
    ]);
    return message;
  } finally {
    waiting.abort();
  }
}
