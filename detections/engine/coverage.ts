import { fieldOf, fieldsOf, fieldText } from './compile/compared.ts';
import { checksOf } from './compile/plan.ts';
import type { Source } from './fields/field.ts';
import { type Check, isCheck, type Resolved } from './language/ast.ts';

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

/** What of a condition the events of a source can fulfil. */
export function coverageOf<E>(condition: Resolved, source: Source<E>): Coverage {
  const missing = new Set<string>();
  for (const check of checksOf(condition)) for (const field of undelivered(check, source)) missing.add(field);
  if (missing.size === 0) return { state: 'full', missing: [] };
  return { state: mayBeTrue(condition, source) ? 'partial' : 'none', missing: [...missing].sort() };
}

function undelivered<E>(check: Check, source: Source<E>): readonly string[] {
  const right = check.kind === 'comparison' ? check.right : null;
  const operands = right?.kind === 'field' || right?.kind === 'transformation' ? [check.left, right] : [check.left];
  return operands
    .flatMap((operand) => [...fieldsOf(operand)])
    .filter((field) => !fieldOf(field, source).delivered(field.argument))
    .map(fieldText);
}

/** Whether a condition may come out true when checks of missing fields are false and all others may be either. */
function mayBeTrue<E>(condition: Resolved, source: Source<E>): boolean {
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
    if (isCheck(part)) return { true: undelivered(part, source).length === 0, false: true };
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
