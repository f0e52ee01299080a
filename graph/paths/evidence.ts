import type { Evidence } from '../model/graph.ts';
import { grown } from './growable.ts';

/**
 * The objects that edges rest on, as numbers in one array. An edge holds the offset of its evidence:
 * the number of alternatives, then for each its length and its objects.
 */
export class EvidencePool {
  #data: Int32Array = new Int32Array(0);
  #used = 0;
  #objects = new Map<string, number>();
  #scratch: number[] = [];

  /** The number of an object of a cluster; undefined when no edge ever rested on it. */
  object(cluster: string, ref: string): number | undefined {
    return this.#objects.get(key(cluster, ref));
  }

  /** Keeps the evidence and answers its offset: `before` when that already says the same. */
  put(cluster: string, evidence: Evidence, before?: number): number {
    const words = this.#scratch;
    words.length = 0;
    words.push(evidence.length);
    for (const alternative of evidence) {
      words.push(alternative.length);
      for (const item of alternative) words.push(this.#number(key(cluster, item.object)));
    }
    if (before !== undefined && words.every((word, index) => word === this.#data[before + index])) return before;
    const offset = this.#used;
    this.#used += words.length;
    this.#data = grown(this.#data, this.#used);
    this.#data.set(words, offset);
    return offset;
  }

  /** Whether every alternative needs one of the objects that are gone. Evidence without alternatives needs nothing. */
  falls(offset: number, gone: ReadonlySet<number>): boolean {
    const alternatives = this.#data[offset] as number;
    let at = offset + 1;
    for (let alternative = 0; alternative < alternatives; alternative++) {
      const end = at + 1 + (this.#data[at] as number);
      let holds = true;
      for (let item = at + 1; item < end; item++) if (gone.has(this.#data[item] as number)) holds = false;
      if (holds) return false;
      at = end;
    }
    return alternatives > 0;
  }

  /** Forgets what no edge refers to. `offsets` is by edge and is rewritten for those that live. */
  compact(edges: number, offsets: Int32Array, lives: (edge: number) => boolean): void {
    const old = this.#data;
    const names = [...this.#objects.keys()];
    const renumbered = new Int32Array(names.length).fill(-1);
    this.#objects = new Map();
    this.#data = new Int32Array(this.#used);
    this.#used = 0;
    for (let edge = 0; edge < edges; edge++) {
      if (!lives(edge)) continue;
      let from = offsets[edge] as number;
      offsets[edge] = this.#used;
      const alternatives = old[from++] as number;
      this.#data[this.#used++] = alternatives;
      for (let alternative = 0; alternative < alternatives; alternative++) {
        const length = old[from++] as number;
        this.#data[this.#used++] = length;
        for (const end = from + length; from < end; from++) {
          const object = old[from] as number;
          if (renumbered[object] === -1) renumbered[object] = this.#number(names[object] as string);
          this.#data[this.#used++] = renumbered[object] as number;
        }
      }
    }
  }

  #number(name: string): number {
    let number = this.#objects.get(name);
    if (number === undefined) {
      number = this.#objects.size;
      this.#objects.set(name, number);
    }
    return number;
  }
}

function key(cluster: string, ref: string): string {
  return `${cluster} ${ref}`;
}
