import { PathEngineError } from './errors.ts';

/**
 * Lets one task through at a time, in the order in which they came, and only while it is open. At most `most` wait.
 * Queries wait here rather than in the thread's own queue, so that a delta waits for one query at most.
 */
export class Turnstile {
  readonly #most: number;
  readonly #waiting: (() => Promise<unknown>)[] = [];
  readonly #rejects: ((error: Error) => void)[] = [];
  #open = false;
  #busy = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** Rejects with BUSY when too many wait already. A task whose signal is aborted before its turn is not begun. */
  pass<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= this.#most) {
        reject(
          new PathEngineError(
            'BUSY',
            `${this.#most} questions about paths are waiting already. Ask again in a moment.`,
          ),
        );
        return;
      }
      this.#waiting.push(async () => {
        if (signal?.aborted) reject(signal.reason);
        else await task().then(resolve, reject);
      });
      this.#rejects.push(reject);
      this.#next();
    });
  }

  open(): void {
    this.#open = true;
    this.#next();
  }

  /** Closes, and turns away whoever waits. */
  close(error: Error): void {
    this.#open = false;
    this.#waiting.length = 0;
    for (const reject of this.#rejects.splice(0)) reject(error);
  }

  #next(): void {
    if (!this.#open || this.#busy) return;
    const task = this.#waiting.shift();
    this.#rejects.shift();
    if (task === undefined) return;
    this.#busy = true;
    void task().finally(() => {
      this.#busy = false;
      this.#next();
    });
  }
}
