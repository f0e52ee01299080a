import { isDeepStrictEqual } from 'node:util';
import type { Derived, EdgeDefinition } from '../edges/define.ts';
import type { Memo, ModelNode, Read } from '../edges/read.ts';
import type { EdgeProperties } from '../model/graph.ts';
import type { NodeKind } from '../model/kinds.ts';
import { type Cell, type EdgeCell, type ListCell, MemoryNode } from './cells.ts';
import { type Claim, derivedStatement } from './claims.ts';
import { type Computation, isMemo, type MemoComputation } from './computation.ts';
import { excluding, type Few, includes, including, members } from './few.ts';
import { edgeProperties, type Memory } from './memory.ts';
import { Queue } from './queue.ts';

/**
 * Incremental derivation: each (edge definition, subject) is a computation that remembers what it read. A change to
 * the model makes the computations that read it suspect; those are verified or run again, and nothing else. A memo is
 * a computation that others read: when it comes out equal again the wave stops there.
 *
 * The scheme is that of demanded computation graphs (Hammer et al., "Adapton", PLDI 2014): dirty marks are pushed,
 * values are pulled.
 */
export class Derivation {
  readonly #memory: Memory;
  readonly #clusterRef: string;
  readonly #read: Read;
  readonly #rules: ReadonlyMap<string, readonly Rule[]>;
  readonly #subjects = new Map<MemoryNode, Subject>();
  readonly #memos = new Map<string, MemoComputation>();
  readonly #unread = new Set<MemoComputation>();
  /** Subjects to look at again, by the rank of the definition: earlier definitions feed later ones. */
  readonly #due: readonly Queue<Subject>[];
  /** No subject is due for a definition of a lower rank. */
  #lowest = 0;
  #settling = 0;
  #tick = 0;
  /** Whose reads are noted now. */
  #running: Computation | null = null;

  constructor(memory: Memory, definitions: readonly EdgeDefinition[], clusterRef: string) {
    this.#memory = memory;
    this.#clusterRef = clusterRef;
    this.#rules = rulesByKind(definitions);
    this.#due = definitions.map(() => new Queue());
    this.#read = this.#reader();
  }

  /** Brings every derivation in line with the memory. Between two steps it awaits `breathe`, so that a long wave leaves the event loop alive. */
  async settle(breathe: () => Promise<void> | undefined = () => undefined): Promise<void> {
    this.#settling++;
    for (let steps = 1; ; steps++) {
      this.#takeChanges();
      if (!this.#step()) break;
      const pause = steps % 16 === 0 ? breathe() : undefined;
      if (pause) await pause;
    }
    for (const memo of this.#unread) if (memo.readers === undefined) this.#drop(memo);
    this.#unread.clear();
  }

  /** Refreshes what is due next; false when nothing is. */
  #step(): boolean {
    for (; this.#lowest < this.#due.length; this.#lowest++) {
      const subject = this.#due[this.#lowest]?.take();
      const rule = subject?.rules.find(({ rank }) => rank === this.#lowest);
      if (!subject || !rule) continue;
      if ((subject.due & rule.bit) !== 0) this.#refresh(subject, rule);
      return true;
    }
    return false;
  }

  #takeChanges(): void {
    const memory = this.#memory;
    while (memory.changedCells.length > 0) {
      const cells = memory.changedCells;
      memory.changedCells = [];
      for (const cell of cells) {
        for (const reader of members(cell.readers)) this.#mark(reader, 'stale');
        // Every derivation reads its subject. Most read nothing else, and need not be kept as readers one by one.
        if (cell instanceof MemoryNode) this.#revisit(cell);
      }
    }
  }

  #revisit(node: MemoryNode): void {
    let subject = this.#subjects.get(node);
    if (node.model === null) {
      if (subject) this.#bury(subject);
      return;
    }
    if (!subject) {
      const rules = this.#rules.get(node.model.kind);
      if (!rules) return;
      subject = { node, rules, due: 0, roots: undefined, settling: 0, runs: 0 };
      this.#subjects.set(node, subject);
    }
    for (const root of members(subject.roots)) root.state = 'stale';
    for (const rule of subject.rules) this.#enqueue(subject, rule);
  }

  #bury(subject: Subject): void {
    this.#subjects.delete(subject.node);
    subject.due = 0;
    for (const root of members(subject.roots)) {
      this.#forgetReads(root);
      if (root.claim) this.#memory.remove(root.claim);
    }
  }

  #enqueue(subject: Subject, { bit, rank }: Rule): void {
    if ((subject.due & bit) !== 0) return;
    subject.due |= bit;
    this.#due[rank]?.put(subject);
    this.#lowest = Math.min(this.#lowest, rank);
  }

  #mark(computation: Computation, state: 'stale' | 'suspect'): void {
    const before = computation.state;
    if (before === 'stale' || before === state) return;
    computation.state = state;
    if (!isMemo(computation)) {
      const { subject, rule } = computation as Root;
      this.#enqueue(subject, rule);
    } else if (before === 'fresh') {
      for (const reader of members(computation.readers)) this.#mark(reader, 'suspect');
    }
  }

  /** Whether it must run: something it read is known to differ from what it read. */
  #outdated(computation: Computation): boolean {
    if (computation.state === 'stale') return true;
    for (const memo of members(computation.memos)) {
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

  #refresh(subject: Subject, rule: Rule): void {
    subject.due &= ~rule.bit;
    let known: Root | undefined;
    for (const root of members(subject.roots)) if (root.rule === rule) known = root;
    if (known && !this.#outdated(known)) {
      known.state = 'fresh';
      return;
    }
    this.#countRun(subject, rule);
    const root: Root = known ?? { ...fresh, subject, rule, claim: null };
    const { definition, extent, derive } = rule;
    const { model, ref } = subject.node;
    const found = this.#run(root, () => (model ? [...derive(model, this.#read)] : []));
    root.state = 'fresh';
    if (found.length > 0) {
      root.claim = this.#memory.put(derivedStatement(definition, extent, ref, found), root.claim);
    } else if (root.claim) {
      this.#memory.remove(root.claim);
      root.claim = null;
    }
    const telling = root.claim !== null || root.cells !== undefined || root.memos !== undefined;
    if (telling && !known) subject.roots = including(subject.roots, root);
    if (!telling && known) subject.roots = excluding(subject.roots, known);
  }

  #countRun(subject: Subject, { definition }: Rule): void {
    if (subject.settling !== this.#settling) subject.runs = 0;
    subject.settling = this.#settling;
    if (++subject.runs > mostRunsPerSettling * subject.rules.length) {
      throw new Error(`${definition.name} of ${subject.node.ref} does not settle: it depends on its own outcome`);
    }
  }

  #run<T>(computation: Computation, compute: () => T): T {
    this.#forgetReads(computation);
    const outer = this.#running;
    this.#running = computation;
    try {
      return compute();
    } finally {
      computation.ranAt = ++this.#tick;
      this.#running = outer;
    }
  }

  #forgetReads(computation: Computation): void {
    const { cells, memos } = computation;
    computation.cells = undefined;
    computation.memos = undefined;
    for (const cell of members(cells)) this.#memory.unread(cell, computation);
    for (const memo of members(memos)) {
      memo.readers = excluding(memo.readers, computation);
      if (memo.readers === undefined) this.#unread.add(memo);
    }
  }

  #drop(memo: MemoComputation): void {
    this.#memos.delete(memo.name);
    this.#unread.delete(memo);
    const read = memo.memos;
    this.#forgetReads(memo);
    for (const inner of members(read)) if (inner.readers === undefined) this.#drop(inner);
  }

  #note<C extends Cell>(cell: C): C {
    const reader = this.#running;
    if (reader && !includes<Computation>(cell.readers, reader)) {
      cell.readers = including<Computation>(cell.readers, reader);
      reader.cells = including<Cell>(reader.cells, cell);
    }
    return cell;
  }

  /** What derivations read through, all of them one after the other: `#running` says which. */
  #reader(): Read {
    const memory = this.#memory;
    const node = <K extends NodeKind>(kind: K, ref: string): ModelNode<K> | undefined => {
      const { model } = this.#note(memory.node(ref));
      return model?.kind === kind ? (model as ModelNode<K>) : undefined;
    };
    const edges = (ref: string, end: 'out' | 'in', kind: string): EdgeCell =>
      this.#note(memory.edges(memory.node(ref), end, kind));
    const list = (cell: ListCell): readonly string[] => Array.from(members(this.#note(cell).nodes), ({ ref }) => ref);
    return {
      node,
      cluster: () =>
        node('Cluster', this.#clusterRef) ?? {
          ref: this.#clusterRef,
          kind: 'Cluster',
          namespace: null,
          name: this.#clusterRef,
          properties: {},
        },
      out: (ref, kind) => neighbours(edges(ref, 'out', kind), 'end'),
      in: (ref, kind) => neighbours(edges(ref, 'in', kind), 'start'),
      all: (kind, namespace) =>
        list(namespace === undefined ? memory.lists.all(kind) : memory.lists.inNamespace(kind, namespace)),
      named: (kind, name) => list(memory.lists.named(kind, name)),
      properties: (from, kind, to): EdgeProperties | undefined => {
        edges(from, 'out', kind);
        const edge = memory.edge(kind, from, to);
        return edge?.live ? edgeProperties(edge) : undefined;
      },
      memo: <T>(memo: Memo<T>, key: string): T => {
        const name = `${memo.name} ${key}`;
        let known = this.#memos.get(name);
        if (!known) {
          const compute = () => memo.compute(key, this.#read);
          known = { ...fresh, name, compute, value: undefined, changedAt: 0, readers: undefined };
          this.#memos.set(name, known);
        }
        const reader = this.#running;
        if (reader && !includes<Computation>(known.readers, reader)) {
          known.readers = including<Computation>(known.readers, reader);
          reader.memos = including(reader.memos, known);
        }
        this.#refreshMemo(known);
        return known.value as T;
      },
    };
  }
}

/** A definition as it derives from one kind. */
interface Rule {
  readonly definition: EdgeDefinition;
  /** Its place among all definitions. */
  readonly rank: number;
  /** Its place among those that derive from this kind, as a bit. */
  readonly bit: number;
  readonly extent: string;
  readonly derive: (subject: ModelNode, read: Read) => Iterable<Derived>;
}

/** A living node that something derives from. */
interface Subject {
  readonly node: MemoryNode;
  readonly rules: readonly Rule[];
  /** The rules to look at again, by their bits. */
  due: number;
  /** What rules found, or read beside the node: most have nothing to remember. */
  roots: Few<Root>;
  /** In which settling it last ran, and how often. */
  settling: number;
  runs: number;
}

interface Root extends Computation {
  readonly subject: Subject;
  readonly rule: Rule;
  claim: Claim | null;
}

const fresh: Readonly<Computation> = { cells: undefined, memos: undefined, state: 'stale', ranAt: 0 };

/** A derivation that never settles is a mistake in a definition: it reads, through others, what it writes. */
const mostRunsPerSettling = 100;
const mostRulesOfAKind = 31;

function rulesByKind(definitions: readonly EdgeDefinition[]): ReadonlyMap<string, readonly Rule[]> {
  const rules = new Map<string, Rule[]>();
  for (const [rank, definition] of definitions.entries()) {
    for (const [kind, derive] of Object.entries(definition.derive)) {
      const known = rules.get(kind) ?? [];
      if (known.length === mostRulesOfAKind) throw new Error(`over ${mostRulesOfAKind} edges derive from ${kind}`);
      const extent = `derived/${definition.name}`;
      // The map of derivations is keyed by kind, so that the function takes nodes of this kind.
      rules.set(kind, [
        ...known,
        { definition, rank, bit: 1 << known.length, extent, derive: derive as Rule['derive'] },
      ]);
    }
  }
  return rules;
}

/** The other ends of the living edges of a cell. */
function neighbours({ edges }: EdgeCell, end: 'start' | 'end'): readonly string[] {
  const found: string[] = [];
  for (const edge of members(edges)) if (edge.live) found.push(edge[end].node.ref);
  return found;
}
