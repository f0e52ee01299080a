/** A client in a process of its own: for each order it gets, ten connections ask one after the other until the time is over. */
import { Pool } from 'undici';

/** What to ask of whom, and for how long. Each request takes one of these nodes, drawn at random. */
export interface Order {
  readonly url: string;
  readonly query: string;
  readonly ids: readonly string[];
  readonly connections: number;
  readonly ms: number;
}

export interface Outcome {
  readonly requests: number;
  readonly ms: number;
  /** Latencies in milliseconds, sorted. */
  readonly latencies: readonly number[];
}

process.on('message', async ({ url, query, ids, connections, ms }: Order) => {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const latencies: number[] = [];
  const started = performance.now();
  const ask = async (): Promise<void> => {
    while (performance.now() - started < ms) {
      const id = ids[Math.floor(Math.random() * ids.length)];
      const asked = performance.now();
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: pathname,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { id } }),
      });
      const answer = await body.text();
      if (statusCode !== 200 || answer.includes('"errors"')) throw new Error(`${statusCode}: ${answer.slice(0, 500)}`);
      latencies.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: connections }, ask));
  const outcome: Outcome = {
    requests: latencies.length,
    ms: performance.now() - started,
    latencies: latencies.sort((a, b) => a - b),
  };
  await pool.close();
  process.send?.(outcome);
});
process.on('disconnect', () => process.exit());
