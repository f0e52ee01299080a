import type { Truncation } from './port.ts';

/** How many steps pass between two looks at the clock: some tens of microseconds. */
const stepsPerLook = 4096;

/** The most entries a query may hold in memory: labels, queued steps and candidate paths, about 16 bytes each. */
const maxEntries = 1 << 25;

/** The most candidate paths that may wait for their turn; each keeps its nodes and edges. */
const maxCandidates = 200_000;

/** What one query may spend, and whether it has run out. */
export class Budget {
  /** Why the query was cut short; null so far. */
  truncated: Truncation | null = null;
  readonly #milliseconds: number;
  readonly #deadline: number;
  #left = stepsPerLook;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
    this.#deadline = performance.now() + milliseconds;
  }

  /** Accounts for steps; true once the query must stop. */
  spend(steps: number): boolean {
    this.#left -= steps;
    if (this.#left > 0) return this.truncated !== null;
    this.#left = stepsPerLook;
    if (performance.now() >= this.#deadline) {
      this.truncated ??= {
        reason: 'TIME_BUDGET',
        message: `The search stopped after ${this.#milliseconds} ms; what it had found is right, but there may be more. Raise timeBudgetMs, or lower maxHops or first.`,
      };
    }
    return this.truncated !== null;
  }

  /** Accounts for what is held in memory at once; true once the query must stop. */
  hold(entries: number): boolean {
    if (entries > maxEntries) {
      this.truncated ??= {
        reason: 'TOO_MANY_NODES',
        message: `The search stopped at ${maxEntries} entries in memory; what it had found is right, but there may be more. Lower maxHops, or choose fewer nodes to start from or end at.`,
      };
    }
    return this.truncated !== null;
  }

  /** Accounts for the candidate paths that wait; true once the query must stop. */
  keep(candidates: number): boolean {
    if (candidates > maxCandidates) {
      this.truncated ??= {
        reason: 'STEP_LIMIT',
        message: `The search stopped with ${maxCandidates} candidate paths at hand; what it had found is right, but there may be more. Lower first.`,
      };
    }
    return this.truncated !== null;
  }
}
