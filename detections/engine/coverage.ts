import { fieldOf, fieldsOf, fieldText } from './compile/compared.ts';
import { checksOf } from './compile/plan.ts';
import type { Source } from './fields/field.ts';
import { type Check, type FieldReference, isCheck, type Literal, type Resolved } from './language/ast.ts';

/** Whether events can have what a rule asks for. */
export interface Coverage {
  /**
   * `full`: all its fields are delivered. `partial`: some are not, and the checks of them are never true, so that it may fire
   * too seldom or, where it excepts by them, too often. `none`: so it can never fire.
   */
  readonly state: 'full' | 'partial' | 'none';
  /** The fields that are not delivered. */
  readonly missing: readonly string[];
}

/** What the way by which events come takes from them: fields that none has, and values that a field never has. */
export interface Losses {
  readonly lacks: (field: FieldReference) => boolean;
  readonly never: ReadonlyMap<string, ReadonlySet<string>>;
}

const none: Losses = { lacks: () => false, never: new Map() };

/** What of a condition the events of a source can fulfil, when they come by a way that loses some of it. */
export function coverageOf<E>(condition: Resolved, source: Source<E>, losses = none): Coverage {
  const missing = new Set<string>();
  for (const check of checksOf(condition)) for (const field of undelivered(check, source, losses)) missing.add(field);
  for (const check of wantedChecks(condition))
    for (const value of impossible(check, source, losses)) missing.add(value);
  if (missing.size === 0) return { state: 'full', missing: [] };
  return { state: mayBeTrue(condition, source, losses) ? 'partial' : 'none', missing: [...missing].sort() };
}

function undelivered<E>(check: Check, source: Source<E>, { lacks }: Losses): readonly string[] {
  const right = check.kind === 'comparison' ? check.right : null;
  const operands = right?.kind === 'field' || right?.kind === 'transformation' ? [check.left, right] : [check.left];
  return operands
    .flatMap((operand) => [...fieldsOf(operand)])
    .filter((field) => !fieldOf(field, source).delivered(field.argument) || lacks(field))
    .map(fieldText);
}

/** The checks that help a condition come true: those under an even number of `not`. */
function* wantedChecks(condition: Resolved, wanted = true): Generator<Check> {
  if (condition.kind === 'not') yield* wantedChecks(condition.of, !wanted);
  else if (!isCheck(condition)) for (const part of condition.of) yield* wantedChecks(part, wanted);
  else if (wanted) yield condition;
}

/** What a check asks for that its field never is: `ka.verb = list`. */
function impossible<E>(check: Check, source: Source<E>, { never }: Losses): readonly string[] {
  if (check.left.kind !== 'field') return [];
  const { name } = check.left;
  const values = never.get(name);
  return literals(check)
    .filter(({ text }) => values?.has(text) || !source.holds(name, text))
    .map(({ text }) => `${name} = ${text}`);
}

/** The texts one of which the left side of a check must equal; none where it asks for something else. */
function literals(check: Check): readonly Literal[] {
  if (check.kind === 'exists' || check.modifier !== null) return [];
  const { operator, right } = check;
  if (right.kind === 'literal' && (operator === '=' || operator === '==')) return [right];
  return right.kind === 'list' && operator === 'in' ? right.items : [];
}

/** Whether a check may come out true: one of a missing field never does, nor one that asks only for what never is. */
function mayHold<E>(check: Check, source: Source<E>, losses: Losses): boolean {
  if (undelivered(check, source, losses).length > 0) return false;
  const asked = literals(check).length;
  return asked === 0 || impossible(check, source, losses).length < asked;
}

/** Whether a condition may come out true when some checks are never true and all others may be either. */
function mayBeTrue<E>(condition: Resolved, source: Source<E>, losses: Losses): boolean {
  const known = new Map<Resolved, { readonly true: boolean; readonly false: boolean }>();
  const of = (part: Resolved): { readonly true: boolean; readonly false: boolean } => {
    let result = known.get(part);
    if (result === undefined) {
      result = work(part);
      known.set(part, result);
    }
    return result;
  };
  const work = (part: Resolved): { readonly true: boolean; readonly false: boolean } => {
    if (isCheck(part)) return { true: mayHold(part, source, losses), false: true };
    if (part.kind === 'not') {
      const inner = of(part.of);
      return { true: inner.false, false: inner.true };
    }
    const parts = part.of.map(of);
    const all = (key: 'true' | 'false'): boolean => parts.every((inner) => inner[key]);
    const some = (key: 'true' | 'false'): boolean => parts.some((inner) => inner[key]);
    if (part.kind === 'and') return { true: all('true'), false: some('false') };
    return { true: some('true'), false: all('false') };
  };
  return of(condition).true;
}
