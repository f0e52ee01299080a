import { type Extent, extentName, type GapReason, type NodeFact, type Observation } from '../model/observation.ts';
import { type Claim, observedStatement, type Statement } from './claims.ts';
import type { Memory } from './memory.ts';

interface ExtentState {
  readonly extent: Extent;
  readonly claims: Map<string, Claim>;
  /** The keys a running snapshot has mentioned; null between snapshots. */
  mentioned: Set<string> | null;
  /** Whether it has been read whole since the writer started. */
  complete: boolean;
}

/** The most problems of one extent that are kept as coverage gaps of their own. */
const mostProblems = 100;

/** Turns observations into claims on the memory: snapshots, changes, and what cannot be read. */
export class Extents {
  readonly #memory: Memory;
  readonly #now: () => Date;
  readonly #states = new Map<string, ExtentState>();
  readonly #gaps = new Map<string, Map<string, Claim>>();

  constructor(memory: Memory, now: () => Date) {
    this.#memory = memory;
    this.#now = now;
  }

  /** Extents that are being read for the first time since the start. */
  get loading(): readonly string[] {
    return [...this.#states].filter(([, state]) => state.mentioned !== null && !state.complete).map(([name]) => name);
  }

  /** Extents that are going to be read: whoever looks before that must not take what is missing for what is not there. */
  expect(extents: readonly Extent[]): void {
    for (const extent of extents) this.#gap(extent, 'LOADING', `${extentName(extent)} has not been read yet`, 'state');
  }

  /** What the store kept of an extent: it holds until the extent has been read again. */
  restore(name: string, statement: Statement): void {
    const [source = '', kind = ''] = name.split('/');
    this.#put(this.#state({ source, kind }), statement);
  }

  observe(observation: Observation): void {
    const name = extentName(observation.extent);
    switch (observation.type) {
      case 'snapshot': {
        const state = this.#state(observation.extent);
        state.mentioned = new Set();
        this.#fillGaps(name, 'problem');
        if (!state.complete) this.#gap(observation.extent, 'LOADING', `${name} is being read`, 'state');
        return;
      }
      case 'records': {
        const state = this.#state(observation.extent);
        if (state.mentioned === null) this.#fillGaps(name, 'state');
        for (const record of observation.records) {
          state.mentioned?.add(record.key);
          this.#fillGaps(name, `problem ${record.key} `);
          this.#put(state, observedStatement(name, record));
        }
        return;
      }
      case 'removed': {
        const state = this.#state(observation.extent);
        for (const key of observation.keys) {
          state.mentioned?.delete(key);
          this.#fillGaps(name, `problem ${key} `);
          this.#drop(state, key);
        }
        return;
      }
      case 'complete': {
        const state = this.#state(observation.extent);
        if (state.mentioned !== null) {
          for (const key of [...state.claims.keys()]) if (!state.mentioned.has(key)) this.#drop(state, key);
        }
        state.mentioned = null;
        state.complete = true;
        this.#fillGaps(name, 'state');
        return;
      }
      case 'unreadable':
        this.#state(observation.extent).mentioned = null;
        this.#gap(observation.extent, observation.reason, observation.message, 'state');
        return;
      case 'problem': {
        const { record = '', place, message } = observation;
        this.#gap(
          observation.extent,
          'BAD_INPUT',
          message,
          `problem ${record} ${place} ${message}`,
          `${place}: ${message}`,
        );
        return;
      }
    }
  }

  #state(extent: Extent): ExtentState {
    const name = extentName(extent);
    let state = this.#states.get(name);
    if (!state) {
      state = { extent, claims: new Map(), mentioned: null, complete: false };
      this.#states.set(name, state);
    }
    return state;
  }

  #put({ claims }: ExtentState, statement: Statement): void {
    const before = claims.get(statement.key) ?? null;
    const claim = this.#memory.put(statement, before);
    if (claim !== before) claims.set(statement.key, claim);
  }

  #drop(state: ExtentState, key: string): void {
    const claim = state.claims.get(key);
    if (!claim) return;
    state.claims.delete(key);
    this.#memory.remove(claim);
  }

  /** Notes that something is not seen. The same gap keeps the time it began. */
  #gap(extent: Extent, reason: GapReason, message: string, key: string, subject = `kind ${extent.kind}`): void {
    const name = extentName(extent);
    const gaps = this.#gaps.get(name) ?? new Map<string, Claim>();
    this.#gaps.set(name, gaps);
    const before = gaps.get(key);
    if (!before && gaps.size >= mostProblems) return;
    const old = before?.nodes[0] as NodeFact<'CoverageGap'> | undefined;
    const since = old?.properties.reason === reason ? old.properties.since : this.#now().toISOString();
    const fact: NodeFact<'CoverageGap'> = {
      kind: 'CoverageGap',
      uid: null,
      namespace: null,
      name: `${name} ${subject}`,
      properties: { source: extent.source, subject, reason, message, since: since ?? null },
    };
    const statement: Statement = {
      extent: `coverage/${extent.kind}`,
      key: `${name} ${key}`,
      restored: false,
      nodes: [fact],
      edges: [],
    };
    gaps.set(key, this.#memory.put(statement, before ?? null));
  }

  /** Ends the gaps of an extent whose keys begin so. */
  #fillGaps(name: string, prefix: string): void {
    const gaps = this.#gaps.get(name);
    for (const [key, claim] of gaps ?? []) {
      if (!key.startsWith(prefix)) continue;
      gaps?.delete(key);
      this.#memory.remove(claim);
    }
  }
}
