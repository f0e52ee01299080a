import type { Getter, Source, Value } from '../fields/field.ts';
import type { Check, Comparison, Literal, Modifier, Operand, Operator } from '../language/ast.ts';
import { RuleError } from '../problem.ts';
import { comparedOf } from './compared.ts';
import { globMatcher } from './glob.ts';
import type { Predicate, Test } from './predicate.ts';
import type { Compared } from './transform.ts';
import { anySearch, operatorsOf, operatorsOfLists, valueTest } from './value-test.ts';

/**
 * Compiles one check. A field that is missing fulfils none, not even `!=`; `not` turns that round, as in Falco.
 *
 * @throws RuleError where types, operators and values do not fit
 */
export function compileCheck<E>(check: Check, source: Source<E>): Predicate<E> {
  const left = comparedOf(check.left, source);
  if (check.kind === 'exists') return anyOf(left.getters.map((get) => present(get)));
  const { operator, modifier, right } = check;
  mustSuit(check, left);
  if (right.kind === 'field' || right.kind === 'transformation') return compareFields(check, left, right, source);
  const literals = right.kind === 'literal' ? [right] : right.items;
  if (left.list && check.items) {
    const fits =
      modifier === null ? valueTest(left.type, operator, literals) : modified(left, operator, modifier, literals);
    return ofList(onlyGetter(left), 'intersects', fits);
  }
  if (left.list) return ofList(onlyGetter(left), operator, valueTest(left.type, 'in', literals));
  if (modifier !== null)
    return anyOf(left.getters.map((get) => test(get, modified(left, operator, modifier, literals))));
  if (operator === '!=' && left.getters.length > 1) {
    const equal = anyOf(left.getters.map((get) => test(get, valueTest(left.type, '=', literals))));
    const exists = anyOf(left.getters.map((get) => present(get)));
    return (event, turn) => exists(event, turn) && !equal(event, turn);
  }
  const fits = valueTest(left.type, operator, literals);
  return anyOf(left.getters.map((get) => test(get, fits)));
}

function onlyGetter<E>({ getters }: Compared<E>): Getter<E> {
  return getters[0] as Getter<E>;
}

function mustSuit<E>({ operator, modifier, items, mark }: Comparison, compared: Compared<E>): void {
  const { name, type } = compared;
  const list = compared.list && !items;
  const allowed = list ? operatorsOfLists : operatorsOf[type];
  if (allowed.includes(operator) && !(list && modifier !== null)) return;
  const what = list ? 'a list' : `of the type ${type}`;
  throw new RuleError(
    `${name} is ${what} and cannot be compared by ‘${modifier === null ? operator : `${operator} ${modifier}`}’: expected exists ${allowed.join(' ')}`,
    mark,
  );
}

function present<E>(get: Getter<E>): Predicate<E> {
  return (event, turn) => get(event, turn) !== undefined;
}

function test<E>(get: Getter<E>, fits: Test): Predicate<E> {
  return (event, turn) => {
    const value = get(event, turn);
    return value !== undefined && fits(value);
  };
}

function anyOf<E>(predicates: readonly Predicate<E>[]): Predicate<E> {
  const [first, ...more] = predicates as readonly [Predicate<E>, ...Predicate<E>[]];
  if (more.length === 0) return first;
  return (event, turn) => {
    for (const predicate of predicates) if (predicate(event, turn)) return true;
    return false;
  };
}

/** `in`: all values of the list; `intersects`: any. */
function ofList<E>(get: Getter<E>, operator: Operator, fits: Test): Predicate<E> {
  const all = operator === 'in';
  return (event, turn) => {
    const values = get(event, turn);
    if (values === undefined) return false;
    for (const value of values as readonly string[]) if (fits(value) !== all) return !all;
    return all;
  };
}

function modified<E>(
  { type }: Compared<E>,
  operator: Operator,
  modifier: Modifier,
  literals: readonly Literal[],
): Test {
  const tests = literals.map((literal) => valueTest(type, operator, [literal]));
  if (tests.length === 0) return () => false;
  if (modifier === 'anyof')
    return anySearch(operator, literals) ?? ((value): boolean => tests.some((fits) => fits(value)));
  if (modifier === 'allof') return (value) => tests.every((fits) => fits(value));
  return (value) => {
    let fitting = 0;
    for (const fits of tests) if (fits(value) && ++fitting > 1) return false;
    return fitting === 1;
  };
}

type Compare = (left: Value, right: Value) => boolean;

const comparisons: Partial<Record<Operator, Compare>> = {
  '=': (left, right) => left === right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  in: (left, right) => left === right,
  intersects: (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  contains: (left, right) => (left as string).includes(right as string),
  icontains: (left, right) => (left as string).toLowerCase().includes((right as string).toLowerCase()),
  startswith: (left, right) => (left as string).startsWith(right as string),
  endswith: (left, right) => (left as string).endsWith(right as string),
  glob: (left, right) => globMatcher(right as string)(left as string),
  iglob: (left, right) => globMatcher(right as string, true)(left as string),
};

/** One field with another: both of one type. */
function compareFields<E>(
  { operator, modifier, mark }: Comparison,
  left: Compared<E>,
  operand: Operand,
  source: Source<E>,
): Predicate<E> {
  const right = comparedOf(operand, source);
  const compare = comparisons[operator];
  if (compare === undefined || modifier !== null)
    throw new RuleError(`‘${operator}’ compares with values only, not with fields such as ${right.name}`, mark);
  if (left.getters.length > 1 || right.getters.length > 1 || left.type === 'network' || right.type === 'network')
    throw new RuleError(`${left.name} and ${right.name} cannot be compared with each other`, mark);
  if (left.type !== right.type || left.list !== right.list) {
    const kind = ({ type, list }: Compared<E>): string => (list ? `a list of ${type}` : type);
    throw new RuleError(`${left.name} is ${kind(left)} and ${right.name} is ${kind(right)}: expected the same`, mark);
  }
  const [getLeft, getRight] = [onlyGetter(left), onlyGetter(right)];
  if (!left.list) {
    return (event, turn) => {
      const a = getLeft(event, turn);
      const b = a === undefined ? undefined : getRight(event, turn);
      return a !== undefined && b !== undefined && compare(a, b);
    };
  }
  const all = operator === 'in';
  return (event, turn) => {
    const a = getLeft(event, turn) as readonly string[] | undefined;
    const b = getRight(event, turn) as readonly string[] | undefined;
    if (a === undefined || b === undefined) return false;
    return all ? a.every((value) => b.includes(value)) : a.some((value) => b.includes(value));
  };
}
