import { type Check, isCheck, type Resolved } from '../../detections/engine/language/ast.ts';

/**
 * What a condition comes to where it is to be true: each check by whether it is to be true or false, which a negation turns
 * over, and parts by whether all of them or one is needed. Macros make parts stand in several places: each is worked out once.
 */
export function foldCondition<T>(
  condition: Resolved,
  ofCheck: (check: Check, wanted: boolean) => T,
  ofParts: (parts: readonly T[], needed: 'all' | 'one') => T,
): T {
  const known = { true: new Map<Resolved, T>(), false: new Map<Resolved, T>() };
  const of = (part: Resolved, wanted: boolean): T => {
    const before = known[`${wanted}`];
    const result = before.get(part) ?? work(part, wanted);
    before.set(part, result);
    return result;
  };
  const work = (part: Resolved, wanted: boolean): T => {
    if (isCheck(part)) return ofCheck(part, wanted);
    if (part.kind === 'not') return of(part.of, !wanted);
    return ofParts(
      part.of.map((each) => of(each, wanted)),
      (part.kind === 'and') === wanted ? 'all' : 'one',
    );
  };
  return of(condition, true);
}
