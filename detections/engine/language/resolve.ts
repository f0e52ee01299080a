import type { Definitions, ItemText } from '../files/definitions.ts';
import { type Mark, RuleError } from '../problem.ts';
import type { Check, Comparison, Expression, Literal, LiteralList, Operator, Resolved } from './ast.ts';
import { parseCondition } from './parse-condition.ts';
import { Scanner } from './scanner.ts';

/** A condition may not expand to more checks than this: macros of macros grow exponentially. */
const mostChecks = 50_000;
const mostItems = 200_000;

interface Sized {
  readonly expression: Resolved;
  readonly checks: number;
}

/** Puts in what the names of macros and lists in conditions stand for. */
export interface Resolver {
  /** @throws RuleError for names that stand for nothing, or for themselves */
  readonly resolve: (expression: Expression) => Resolved;
}

export function resolver({ lists, macros }: Pick<Definitions, 'lists' | 'macros'>): Resolver {
  const resolved = new Map<string, Sized>();
  const flattened = new Map<string, readonly Literal[]>();
  const open = new Set<string>();

  function within<T>(name: string, mark: Mark, resolve: () => T): T {
    if (open.has(name)) throw new RuleError(`${name} refers to itself`, mark);
    open.add(name);
    try {
      return resolve();
    } finally {
      open.delete(name);
    }
  }

  function macro(name: string, mark: Mark): Sized {
    const known = resolved.get(name);
    if (known !== undefined) return known;
    const definition = macros.get(name);
    if (definition === undefined) {
      const hint = lists.has(name)
        ? 'it is a list: compare a field with it'
        : 'expected the name of a macro, or a check';
      throw new RuleError(`there is no macro ‘${name}’: ${hint}`, mark);
    }
    const sized = within(`macro ‘${name}’`, mark, () => expand(parseCondition(definition.condition)));
    resolved.set(name, sized);
    return sized;
  }

  function expand(expression: Expression): Sized {
    switch (expression.kind) {
      case 'macro':
        return macro(expression.name, expression.mark);
      case 'not': {
        const { expression: of, checks } = expand(expression.of);
        return { expression: { kind: 'not', of }, checks };
      }
      case 'and':
      case 'or': {
        const parts = expression.of.map(expand);
        const checks = parts.reduce((sum, part) => sum + part.checks, 0);
        if (checks > mostChecks) {
          const message = `the condition expands to more than ${mostChecks} checks: do macros repeat one another?`;
          throw new RuleError(message, markOf(expression));
        }
        return { expression: { kind: expression.kind, of: parts.map((part) => part.expression) }, checks };
      }
      case 'exists':
        return { expression, checks: 1 };
      case 'comparison':
        return { expression: { ...expression, right: right(expression) }, checks: 1 };
    }
  }

  function right({ right }: Comparison): Comparison['right'] {
    if (right.kind === 'list') return { ...right, items: limited(right.items.flatMap(spliced), right.mark) };
    if (right.kind !== 'literal' || !right.bare || !lists.has(right.text)) return right;
    // The reference puts the items in as text, so that a list of one may stand for a value.
    const items = spliced(right);
    const [only] = items;
    if (items.length === 1 && only !== undefined) return only;
    throw new RuleError(
      `‘${right.text}’ is a list of ${items.length} items: expected one value, or the operator ‘in’`,
      right.mark,
    );
  }

  function spliced(item: Literal): readonly Literal[] {
    return item.bare && lists.has(item.text) ? list(item.text, item.mark) : [item];
  }

  function list(name: string, mark: Mark): readonly Literal[] {
    const known = flattened.get(name);
    if (known !== undefined) return known;
    const items = within(`list ‘${name}’`, mark, () =>
      limited((lists.get(name)?.items ?? []).map(literalOf).flatMap(spliced), mark),
    );
    flattened.set(name, items);
    return items;
  }

  return { resolve: (expression) => expand(expression).expression };
}

function limited(items: readonly Literal[], mark: Mark): readonly Literal[] {
  if (items.length > mostItems) throw new RuleError(`a list of more than ${mostItems} items`, mark);
  return items;
}

/** An item of a YAML list: with quotes of its own it is what stands between them. */
export function literalOf({ text, mark }: ItemText): Literal {
  const scanner = new Scanner({ text, place: mark.source.place });
  const quoted = scanner.takeQuoted();
  if (quoted !== null && scanner.done) return { kind: 'literal', text: quoted, bare: false, mark };
  return { kind: 'literal', text, bare: true, mark };
}

/** A mark for an expression: that of its first check. */
function markOf(expression: Expression): Mark {
  if (!('of' in expression)) return expression.mark;
  return markOf(expression.kind === 'not' ? expression.of : (expression.of[0] as Expression));
}

/** The comparison of a left side with items, for exceptions. */
export function comparison(left: Check['left'], operator: Operator, right: Literal | LiteralList): Comparison {
  return { kind: 'comparison', left, operator, modifier: null, right, mark: right.mark };
}
