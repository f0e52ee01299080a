import type { Check, Literal, Operand } from '../language/ast.ts';

/** What is known of a field before the event is looked at: its value, or that it is missing (undefined). */
export type Known = ReadonlyMap<string, string | undefined>;

function isKnown(operand: Operand, known: Known): operand is Operand & { readonly kind: 'field' } {
  return operand.kind === 'field' && operand.argument === null && known.has(operand.name);
}

/** Whether a check is true of the known fields; undefined where that depends on the event. */
export function decided(check: Check, known: Known): boolean | undefined {
  if (!isKnown(check.left, known)) return ofEventNumber(check);
  const value = known.get(check.left.name);
  if (value === undefined) return false; // a missing field fulfils no check, whatever is to the right
  if (check.kind === 'exists') return true;
  const literals = equalTo(check);
  if (literals === undefined) return undefined;
  const equal = literals.some(({ text }) => text === value);
  return check.operator === '!=' ? !equal : equal;
}

/** Events count from 1, which Falco's rules make use of to say never (`evt.num=0`) and always (`evt.num>=0`). */
function ofEventNumber(check: Check): boolean | undefined {
  if (check.kind === 'exists' || check.left.kind !== 'field' || check.left.name !== 'evt.num') return undefined;
  const { operator, modifier, right } = check;
  if (right.kind !== 'literal' || modifier !== null || !(Number(right.text) < 1)) return undefined;
  if (['=', '==', '<', '<='].includes(operator)) return false;
  return ['!=', '>', '>='].includes(operator) ? true : undefined;
}

/** The literals a check asks equality with; undefined of other checks. */
export function equalTo(check: Check): readonly Literal[] | undefined {
  if (check.kind === 'exists' || check.modifier !== null) return undefined;
  const { operator, right } = check;
  if (right.kind === 'literal') return ['=', '==', '!='].includes(operator) ? [right] : undefined;
  return right.kind === 'list' && ['in', 'intersects'].includes(operator) ? right.items : undefined;
}

/** The values of a field that a check compares it with for equality. */
export function distinguished(check: Check, field: string): readonly string[] {
  const reads = check.left.kind === 'field' && check.left.name === field && check.left.argument === null;
  return reads ? (equalTo(check) ?? []).map(({ text }) => text) : [];
}
