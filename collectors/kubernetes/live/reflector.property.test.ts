import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Random, random, seeds } from '../../../test/property/random.ts';
import { namespace } from '../kinds/namespace.ts';
import { ApiError, type ApiServer } from './api-server.ts';
import { reflect } from './reflector.ts';
import { slots } from './slots.ts';
import { defaultTiming, type Timing } from './timing.ts';

const timing: Timing = {
  ...defaultTiming,
  pageSize: 3,
  settledMs: 1,
  backoffMs: [1, 2],
  maxRetryAfterMs: 2,
  deniedRetryMs: 2,
  notServedRetryMs: 2,
};

interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: {
    readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  };
}

/** An API server in memory: objects, a log of changes, and troubles of every sort until it is `calm`. */
class Troubled implements ApiServer {
  readonly #source: Random;
  readonly #objects = new Map<string, Change['object']>();
  readonly #log: Change[] = [];
  readonly #continued = new Map<string, readonly Change['object'][]>();
  #version = 1;
  #forgotten = 0;
  #wake = Promise.withResolvers<void>();
  calm = false;

  constructor(source: Random) {
    this.#source = source;
  }

  /** The UIDs of what there is, with their versions. */
  get state(): readonly string[] {
    return [...this.#objects.values()].map(({ metadata }) => metadata.uid).sort();
  }

  change(): void {
    const name = `n${this.#source.integer(8)}`;
    const old = this.#objects.get(name);
    this.#version += 1;
    const type = old === undefined ? 'ADDED' : this.#source.pick(['MODIFIED', 'DELETED'] as const);
    const uid = old?.metadata.uid ?? `${name}-${this.#version}`;
    const object = { metadata: { name, uid, resourceVersion: String(this.#version) } };
    if (type === 'DELETED') this.#objects.delete(name);
    else this.#objects.set(name, object);
    this.#log.push({ version: this.#version, type, object });
    if (this.#source.chance(0.1)) this.#forgotten = this.#version - this.#source.integer(3);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  #trouble(probability: number): void {
    if (this.calm || !this.#source.chance(probability)) return;
    const status = this.#source.pick([0, 403, 404, 410, 429, 500]);
    throw status === 0 ? new TypeError('terminated') : new ApiError(status, 'trouble');
  }

  async get(path: string): Promise<unknown> {
    await turn();
    this.#trouble(0.3);
    const query = new URLSearchParams(path.split('?')[1]);
    const rest = this.#continued.get(query.get('continue') ?? '');
    const [version] = (query.get('continue') ?? String(this.#version)).split('/');
    const items = rest ?? [...this.#objects.values()];
    const limit = Number(query.get('limit') ?? items.length);
    const token = items.length > limit ? `${version}/${this.#continued.size}` : '';
    if (token !== '') this.#continued.set(token, items.slice(limit));
    return { metadata: { resourceVersion: version, continue: token }, items: items.slice(0, limit) };
  }

  async stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    await turn();
    this.#trouble(0.3);
    return this.#events(Number(new URLSearchParams(path).get('resourceVersion')), signal);
  }

  async *#events(from: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let version = from;
    while (!signal.aborted) {
      if (version < this.#forgotten) {
        yield Buffer.from('{"type":"ERROR","object":{"code":410}}\n');
        return;
      }
      const next = this.#log.find((change) => change.version > version);
      if (next === undefined) {
        const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: String(version) } } };
        if (this.#source.chance(0.2)) yield Buffer.from(`${JSON.stringify(bookmark)}\n`);
        await Promise.race([this.#wake.promise, new Promise((resolve) => setTimeout(resolve, 2))]);
        continue;
      }
      const line = Buffer.from(`${JSON.stringify({ type: next.type, object: next.object })}\n`);
      const middle = this.#source.integer(line.length);
      yield line.subarray(0, middle);
      this.#trouble(0.1);
      yield line.subarray(middle);
      version = next.version;
      if (!this.calm && this.#source.chance(0.05)) return;
    }
  }

  access(): never {
    throw new Error('nobody asks');
  }

  async close(): Promise<void> {}
}

test('after whatever trouble, what was told is what there is', async () => {
  for (const seed of seeds(25)) {
    const source = random(seed);
    const server = new Troubled(source);
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), 5000);
    let known = new Set<string>();
    let staged: Set<string> | null = null;
    const options = { context: { cluster: 'c', audiences: [] }, timing, slots: slots(1), signal: stop.signal };
    const work = (async () => {
      for (let left = 60; left > 0; left -= 1) {
        server.change();
        if (source.chance(0.5)) await turn();
        if (source.chance(0.1)) await new Promise((resolve) => setTimeout(resolve, 2));
      }
      server.calm = true;
    })();
    const same = (): boolean => server.calm && staged === null && [...known].sort().join() === server.state.join();
    const poll = setInterval(() => same() && stop.abort(), 2);
    for await (const observation of reflect(namespace, server, options)) {
      assert.notEqual(observation.type, 'problem', `seed ${seed}`);
      if (observation.type === 'snapshot') staged = new Set();
      if (observation.type === 'records') for (const { key } of observation.records) known.add(key);
      if (observation.type === 'records') for (const { key } of observation.records) staged?.add(key);
      if (observation.type === 'removed') for (const key of observation.keys) known.delete(key);
      if (observation.type === 'complete') {
        known = staged ?? known;
        staged = null;
      }
    }
    clearTimeout(limit);
    clearInterval(poll);
    await work;
    assert.deepEqual([...known].sort(), server.state, `seed ${seed}`);
  }
});
