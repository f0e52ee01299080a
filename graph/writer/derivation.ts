import { isDeepStrictEqual } from 'node:util';
import type { Derived, EdgeDefinition } from '../edges/define.ts';
import type { Memo, ModelNode, Read } from '../edges/read.ts';
import type { EdgeProperties } from '../model/graph.ts';
import type { NodeKind } from '../model/kinds.ts';
import { type Cell, CellIndex, cell, nodeSpace } from './cells.ts';
import { toClaim } from './claims.ts';
import { type Claim, edgeProperties, type Memory } from './memory.ts';

/**
 * Incremental derivation: each (edge definition, subject) is a computation that remembers what it read. A change to
 * the model makes the computations that read it suspect; those are verified or run again, and nothing else. A memo is
 * a computation that others read: when it comes out equal again the wave stops there.
 *
 * The scheme is that of demanded computation graphs (Hammer et al., "Adapton", PLDI 2014): dirty marks are pushed,
 * values are pulled.
 */
interface Computation {
  /** What it read: cells by name, memos as computations. */
  cells: Cell[];
  memos: MemoComputation[];
  /** stale: something it read has changed. suspect: a memo it read may have. */
  state: 'stale' | 'suspect' | 'fresh';
  /** The tick at which it last ran. */
  ranAt: number;
}

interface MemoComputation extends Computation {
  readonly name: string;
  readonly compute: () => unknown;
  value: unknown;
  /** The tick at which its value last became another. */
  changedAt: number;
  readonly readers: Set<Computation>;
}

interface Root extends Computation {
  readonly rank: number;
  readonly subject: string;
  claim: Claim | null;
}

function isMemo(computation: Computation): computation is MemoComputation {
  return 'readers' in computation;
}

/** A derivation that never settles is a mistake in a definition: it reads, through others, what it writes. */
const mostRunsPerSettling = 100;

export class Derivation {
  readonly #memory: Memory;
  readonly #definitions: readonly EdgeDefinition[];
  readonly #clusterRef: string;
  /** By subject, one root for each definition that derives from its kind. */
  readonly #roots = new Map<string, Root[]>();
  readonly #readers = new CellIndex<Computation>();
  readonly #memos = new Map<string, MemoComputation>();
  /** Roots to look at again, by the rank of their definition: earlier definitions feed later ones. */
  readonly #pending: Set<Root>[];
  readonly #unread = new Set<MemoComputation>();
  #tick = 0;

  constructor(memory: Memory, definitions: readonly EdgeDefinition[], clusterRef: string) {
    this.#memory = memory;
    this.#definitions = definitions;
    this.#clusterRef = clusterRef;
    this.#pending = definitions.map(() => new Set());
  }

  /** Brings every derivation in line with the memory. Between two steps it awaits `breathe`, so that a long wave leaves the event loop alive. */
  async settle(breathe: () => Promise<void> | undefined = () => undefined): Promise<void> {
    const runs = new Map<Root, number>();
    for (;;) {
      this.#takeChanges();
      const root = this.#next();
      if (!root) break;
      const ran = (runs.get(root) ?? 0) + 1;
      runs.set(root, ran);
      if (ran > mostRunsPerSettling) {
        throw new Error(
          `${this.#definitions[root.rank]?.name} of ${root.subject} does not settle: it depends on its own outcome`,
        );
      }
      this.#refreshRoot(root);
      const pause = breathe();
      if (pause) await pause;
    }
    for (const memo of this.#unread) if (memo.readers.size === 0) this.#drop(memo);
    this.#unread.clear();
  }

  #next(): Root | undefined {
    for (const set of this.#pending) {
      for (const root of set) {
        set.delete(root);
        return root;
      }
    }
    return undefined;
  }

  #takeChanges(): void {
    const memory = this.#memory;
    while (memory.bornOrDied.size > 0) {
      const refs = memory.bornOrDied;
      memory.bornOrDied = new Set();
      for (const ref of refs) this.#bearOrBury(ref);
    }
    if (memory.changedCells.length === 0) return;
    const cells = memory.changedCells;
    memory.changedCells = [];
    for (const changed of cells) {
      for (const reader of this.#readers.members(changed)) this.#mark(reader, 'stale');
      // Every derivation reads its subject. Most read nothing else, and need not be kept as readers one by one.
      if (changed.space === nodeSpace) for (const root of this.#roots.get(changed.key) ?? []) this.#mark(root, 'stale');
    }
  }

  #bearOrBury(ref: string): void {
    const node = this.#memory.nodes.get(ref);
    const roots = this.#roots.get(ref);
    if (roots && node) return; // Died and was born again: its derivations read it, and run again.
    if (roots) {
      this.#roots.delete(ref);
      for (const root of roots) {
        this.#pending[root.rank]?.delete(root);
        this.#forgetReads(root);
        if (root.claim) this.#memory.remove(root.claim);
      }
      return;
    }
    if (!node) return;
    const born: Root[] = [];
    for (const [rank, definition] of this.#definitions.entries()) {
      if (definition.derive[node.kind] === undefined) continue;
      const root: Root = {
        rank,
        subject: ref,
        claim: null,
        cells: [],
        memos: [],
        state: 'stale',
        ranAt: 0,
      };
      born.push(root);
      this.#pending[rank]?.add(root);
    }
    if (born.length > 0) this.#roots.set(ref, born);
  }

  #mark(computation: Computation, state: 'stale' | 'suspect'): void {
    const before = computation.state;
    if (before === 'stale' || before === state) return;
    computation.state = state;
    if (!isMemo(computation)) {
      const root = computation as Root;
      this.#pending[root.rank]?.add(root);
    } else if (before === 'fresh') {
      for (const reader of computation.readers) this.#mark(reader, 'suspect');
    }
  }

  /** Whether it must run: something it read is known to differ from what it read. */
  #outdated(computation: Computation): boolean {
    if (computation.state === 'stale') return true;
    for (const memo of computation.memos) {
      this.#refreshMemo(memo);
      if (memo.changedAt > computation.ranAt) return true;
    }
    return false;
  }

  #refreshMemo(memo: MemoComputation): void {
    if (memo.state === 'fresh') return;
    if (this.#outdated(memo)) {
      const value = this.#run(memo, memo.compute);
      if (memo.changedAt === 0 || !isDeepStrictEqual(value, memo.value)) {
        memo.value = value;
        memo.changedAt = this.#tick;
      }
    }
    memo.state = 'fresh';
  }

  #refreshRoot(root: Root): void {
    if (root.state === 'fresh') return;
    if (this.#outdated(root)) {
      const definition = this.#definitions[root.rank] as EdgeDefinition;
      const subject = root.subject;
      const found = this.#run(root, (read): Derived[] => {
        const node = this.#modelNode(subject);
        // The map of derivations is keyed by kind, so that the function found takes nodes of this kind.
        const derive =
          node && (definition.derive[node.kind] as ((subject: ModelNode, read: Read) => Iterable<Derived>) | undefined);
        return node && derive ? [...derive(node, read)] : [];
      });
      const claim = found.length === 0 ? null : toClaim(definition, subject, found);
      const before = root.claim;
      if (!isDeepStrictEqual(before, claim)) {
        root.claim = claim;
        if (claim) this.#memory.add(claim);
        if (before) this.#memory.remove(before);
      }
    }
    root.state = 'fresh';
  }

  #run<T>(computation: Computation, compute: (read: Read) => T): T {
    this.#forgetReads(computation);
    const value = compute(this.#reader(computation));
    computation.ranAt = ++this.#tick;
    return value;
  }

  #forgetReads(computation: Computation): void {
    for (const read of computation.cells) this.#readers.delete(read, computation);
    computation.cells = [];
    for (const memo of computation.memos) {
      memo.readers.delete(computation);
      if (memo.readers.size === 0) this.#unread.add(memo);
    }
    computation.memos = [];
  }

  #drop(memo: MemoComputation): void {
    this.#memos.delete(memo.name);
    this.#unread.delete(memo);
    const read = memo.memos;
    this.#forgetReads(memo);
    for (const inner of read) if (inner.readers.size === 0) this.#drop(inner);
  }

  #note(computation: Computation, read: Cell): Cell {
    if (this.#readers.add(read, computation)) computation.cells.push(read);
    return read;
  }

  #modelNode(ref: string): ModelNode | undefined {
    const found = this.#memory.nodes.get(ref);
    // Properties were checked against the model's table where they came in.
    return (
      found && { ref, kind: found.kind, namespace: found.namespace, name: found.name, properties: found.properties }
    );
  }

  #reader(computation: Computation): Read {
    const memory = this.#memory;
    const note = (read: Cell): Cell => this.#note(computation, read);
    const node = <K extends NodeKind>(kind: K, ref: string): ModelNode<K> | undefined => {
      note(cell.node(ref));
      const found = this.#modelNode(ref);
      return found?.kind === kind ? (found as ModelNode<K>) : undefined;
    };
    const read: Read = {
      node,
      cluster: () => {
        const cluster = node('Cluster', this.#clusterRef);
        return (
          cluster ?? { ref: this.#clusterRef, kind: 'Cluster', namespace: null, name: this.#clusterRef, properties: {} }
        );
      },
      out: (ref, kind) => memory.neighbours(note(cell.out(ref, kind)), 'to'),
      in: (ref, kind) => memory.neighbours(note(cell.in(ref, kind)), 'from'),
      all: (kind, namespace) =>
        memory.listed(note(namespace === undefined ? cell.kind(kind) : cell.namespace(kind, namespace))),
      named: (kind, name) => memory.listed(note(cell.named(kind, name))),
      properties: (from, kind, to): EdgeProperties | undefined => {
        note(cell.out(from, kind));
        const edge = memory.edge(kind, from, to);
        return edge?.live ? edgeProperties(edge) : undefined;
      },
      memo: <T>(memo: Memo<T>, key: string): T => {
        const name = `${memo.name} ${key}`;
        let known = this.#memos.get(name);
        if (!known) {
          known = {
            name,
            compute: () => undefined,
            value: undefined,
            changedAt: 0,
            readers: new Set(),
            cells: [],
            memos: [],
            state: 'stale',
            ranAt: 0,
          };
          const created = known;
          Object.assign(created, { compute: () => memo.compute(key, this.#reader(created)) });
          this.#memos.set(name, created);
        }
        if (!known.readers.has(computation)) {
          known.readers.add(computation);
          computation.memos.push(known);
        }
        this.#refreshMemo(known);
        return known.value as T;
      },
    };
    return read;
  }
}
