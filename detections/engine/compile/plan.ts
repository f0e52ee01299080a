import type { Source } from '../fields/field.ts';
import { type Check, isCheck, type Resolved } from '../language/ast.ts';
import { compileCheck } from './check.ts';
import { decided, type Known } from './known.ts';
import { type Needed, neededBy } from './needed.ts';
import type { Predicate } from './predicate.ts';
import { readingOnce } from './reading-once.ts';

/** A condition of which something is known already. Nodes are shared: equal ones are one. */
export interface Node {
  readonly kind: 'check' | 'and' | 'or' | 'not';
  readonly check?: Check;
  readonly of: readonly Node[];
  readonly cost: number;
  /** How likely it is, by the kind of check alone: what rules ask for is rare, what they except is rare, too. */
  readonly likely: number;
  /** How many nodes and rules ask for it. */
  users: number;
}

/** What checks take, in units of an equality. No check has an effect, so order is free. */
const costs: Readonly<Record<string, number>> = {
  contains: 3,
  icontains: 5,
  glob: 4,
  iglob: 6,
  pmatch: 4,
  regex: 30,
  startswith: 2,
  endswith: 2,
};
const transformationCost = 8;
/** What is asked more than once in a turn and takes at least this is remembered. */
const worthRemembering = 4;

/** A condition that events may fulfil: the number of it, what they must have to do so, and the test. */
export interface Planned<E> {
  readonly at: number;
  readonly needed: ReadonlyMap<string, Needed<E>>;
  readonly predicate: Predicate<E>;
}

/** Compiles conditions for events of which some fields are known. */
export interface Planner<E> {
  /** Those that such an event can fulfil. Conditions of one plan share what they have in common. */
  readonly plan: (conditions: readonly Resolved[], known: Known) => readonly Planned<E>[];
  /** @throws RuleError for a check that cannot be compiled */
  readonly verify: (condition: Resolved) => void;
}

export function planner<E>(from: Source<E>): Planner<E> {
  const source = readingOnce(from);
  const compiled = new Map<string, Predicate<E>>();
  const texts = new Map<Check, string>();

  function textOf(check: Check): string {
    let text = texts.get(check);
    if (text === undefined) {
      // Where something stands does not matter to what it means.
      text = JSON.stringify(check, (key, value: unknown) => (key === 'mark' || key === 'bare' ? undefined : value));
      texts.set(check, text);
    }
    return text;
  }

  function checkOf(check: Check): Predicate<E> {
    const text = textOf(check);
    let predicate = compiled.get(text);
    if (predicate === undefined) {
      predicate = compileCheck(check, source);
      compiled.set(text, predicate);
    }
    return predicate;
  }

  return {
    plan(conditions, known) {
      const graph = new Graph(new Map([...source.constants, ...known]), textOf);
      const roots = conditions.map((condition) => graph.node(condition));
      for (const root of roots) if (typeof root !== 'boolean') root.users++;
      const made = new Map<Node, Predicate<E>>();
      const needed = neededBy(source);
      return roots.flatMap((root, at): readonly Planned<E>[] => {
        if (root === false) return [];
        if (root === true) return [{ at, needed: new Map(), predicate: () => true }];
        return [{ at, needed: needed(root), predicate: predicateOf(root, checkOf, made) }];
      });
    },
    verify(condition) {
      for (const check of checksOf(condition)) checkOf(check);
    },
  };
}

/** Every check of a condition, once where it is shared. */
export function checksOf(condition: Resolved): ReadonlySet<Check> {
  const checks = new Set<Check>();
  const seen = new Set<Resolved>();
  const visit = (part: Resolved): void => {
    if (seen.has(part)) return;
    seen.add(part);
    if (isCheck(part)) checks.add(part);
    else if (part.kind === 'not') visit(part.of);
    else part.of.forEach(visit);
  };
  visit(condition);
  return checks;
}

/** Simplifies by what is known, and makes equal nodes one. */
class Graph {
  readonly #known: Known;
  readonly #textOf: (check: Check) => string;
  readonly #nodes = new Map<string, Node>();
  readonly #ids = new Map<Node, number>();
  readonly #of = new Map<Resolved, Node | boolean>();

  constructor(known: Known, textOf: (check: Check) => string) {
    this.#known = known;
    this.#textOf = textOf;
  }

  node(condition: Resolved): Node | boolean {
    let node = this.#of.get(condition);
    if (node === undefined) {
      node = this.#make(condition);
      this.#of.set(condition, node);
    }
    return node;
  }

  #make(condition: Resolved): Node | boolean {
    switch (condition.kind) {
      case 'not': {
        const of = this.node(condition.of);
        if (typeof of === 'boolean') return !of;
        return of.kind === 'not' ? (of.of[0] as Node) : this.#unique('not', [of]);
      }
      case 'and':
      case 'or':
        return this.#several(condition.kind, condition.of);
      default: {
        const known = decided(condition, this.#known);
        if (known !== undefined) return known;
        return this.#intern(`check ${this.#textOf(condition)}`, () => ({
          kind: 'check',
          check: condition,
          of: [],
          cost: costOf(condition),
          likely: likelihoodOf(condition),
          users: 0,
        }));
      }
    }
  }

  #several(kind: 'and' | 'or', parts: readonly Resolved[]): Node | boolean {
    const of = new Set<Node>();
    for (const part of parts) {
      const node = this.node(part);
      if (typeof node === 'boolean') {
        if (node === (kind === 'or')) return node;
      } else {
        of.add(node);
      }
    }
    if (of.size === 0) return kind === 'and';
    if (of.size === 1) return [...of][0] as Node;
    return this.#unique(kind, [...of]);
  }

  #unique(kind: 'and' | 'or' | 'not', of: readonly Node[]): Node {
    const ids = of.map((node) => this.#ids.get(node) as number).sort((a, b) => a - b);
    return this.#intern(`${kind} ${ids.join(' ')}`, () => ({
      kind,
      of,
      cost: of.reduce((sum, { cost }) => sum + cost, 0),
      likely: likelihood(kind, of),
      users: 0,
    }));
  }

  #intern(text: string, make: () => Node): Node {
    let node = this.#nodes.get(text);
    if (node === undefined) {
      node = make();
      for (const part of node.of) part.users++;
      this.#nodes.set(text, node);
      this.#ids.set(node, this.#ids.size);
    }
    return node;
  }
}

function costOf(check: Check): number {
  const base = check.left.kind === 'transformation' ? transformationCost : 1;
  if (check.kind === 'exists') return base;
  const values = check.modifier === null || check.right.kind !== 'list' ? 1 : check.right.items.length;
  return base + (costs[check.operator] ?? 0) * values;
}

function likelihoodOf(check: Check): number {
  if (check.kind === 'exists') return 0.7;
  return check.operator === '!=' ? 0.9 : 0.1;
}

function likelihood(kind: 'and' | 'or' | 'not', of: readonly Node[]): number {
  if (kind === 'not') return 1 - (of[0] as Node).likely;
  if (kind === 'and') return of.reduce((product, { likely }) => product * likely, 1);
  return 1 - of.reduce((product, { likely }) => product * (1 - likely), 1);
}

function predicateOf<E>(
  node: Node,
  checkOf: (check: Check) => Predicate<E>,
  made: Map<Node, Predicate<E>>,
): Predicate<E> {
  const known = made.get(node);
  if (known !== undefined) return known;
  const order = [...node.of].sort((a, b) => rank(a, node.kind) - rank(b, node.kind));
  const parts = order.map((part) => predicateOf(part, checkOf, made));
  const plain = node.check === undefined ? combined(node.kind, parts) : checkOf(node.check);
  const predicate = isRemembered(node) ? remembering(plain) : plain;
  made.set(node, predicate);
  return predicate;
}

function isRemembered({ users, cost }: Node): boolean {
  return users > 1 && cost >= worthRemembering;
}

/** What asking for a node takes on average: who asks second pays nothing where it is remembered. */
function price(node: Node): number {
  return isRemembered(node) ? 1 + node.cost / node.users : node.cost;
}

/**
 * What asking costs for each time that it settles the matter: `and` is settled by what is false, `or` by what is true
 * (Hellerstein & Stonebraker 1993, Predicate Migration).
 */
function rank(node: Node, within: Node['kind']): number {
  return price(node) / (within === 'and' ? 1 - node.likely : node.likely);
}

function combined<E>(kind: Node['kind'], parts: readonly Predicate<E>[]): Predicate<E> {
  const [a, b, c] = parts as readonly [Predicate<E>, Predicate<E>, Predicate<E> | undefined];
  if (kind === 'not') return (event, turn) => !a(event, turn);
  if (kind === 'and') {
    if (parts.length === 2) return (event, turn) => a(event, turn) && b(event, turn);
    if (parts.length === 3 && c !== undefined)
      return (event, turn) => a(event, turn) && b(event, turn) && c(event, turn);
    return (event, turn) => {
      for (let index = 0; index < parts.length; index++) if (!(parts[index] as Predicate<E>)(event, turn)) return false;
      return true;
    };
  }
  if (parts.length === 2) return (event, turn) => a(event, turn) || b(event, turn);
  return (event, turn) => {
    for (let index = 0; index < parts.length; index++) if ((parts[index] as Predicate<E>)(event, turn)) return true;
    return false;
  };
}

/** Answers once in a turn. */
function remembering<E>(predicate: Predicate<E>): Predicate<E> {
  let last = 0;
  let answer = false;
  return (event, turn) => {
    if (turn === last) return answer;
    answer = predicate(event, turn);
    last = turn;
    return answer;
  };
}
