import { type Check, isCheck, type Literal, type Resolved } from './ast.ts';

/** By field: what events hold where rules name something else. */
type ToldAs = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * A condition that takes the name by which events tell of something beside the one that the rule knows it by: `evt.type = dup3`
 * becomes `evt.type in (dup3, dup2)`. What a rule excepts stays as it is written: a name that stands for several would except
 * too much.
 */
export function asTold(condition: Resolved, toldAs: ToldAs): Resolved {
  // Macros are shared: what was worked out once is taken again, or the condition would grow to a tree.
  const known = new Map<boolean, Map<Resolved, Resolved>>([
    [true, new Map()],
    [false, new Map()],
  ]);
  const of = (part: Resolved, wanted: boolean): Resolved => {
    const before = known.get(wanted) as Map<Resolved, Resolved>;
    const made = before.get(part) ?? told(part, wanted);
    before.set(part, made);
    return made;
  };
  const told = (part: Resolved, wanted: boolean): Resolved => {
    if (isCheck(part)) return wanted ? toldCheck(part, toldAs) : part;
    if (part.kind === 'not') return { kind: 'not', of: of(part.of, !wanted) };
    return { kind: part.kind, of: part.of.map((each) => of(each, wanted)) };
  };
  return toldAs.size === 0 ? condition : of(condition, true);
}

function toldCheck(check: Check, toldAs: ToldAs): Check {
  if (check.kind === 'exists' || check.left.kind !== 'field' || check.modifier !== null) return check;
  const { operator, right, mark } = check;
  const names = toldAs.get(check.left.name);
  if (names === undefined || !['=', '==', 'in'].includes(operator)) return check;
  if (right.kind !== 'literal' && right.kind !== 'list') return check;
  const given = right.kind === 'literal' ? [right] : right.items;
  const texts = new Set(given.map(({ text }) => text));
  const added = given.flatMap((literal): readonly Literal[] => {
    const name = names.get(literal.text);
    return name === undefined || texts.has(name) ? [] : [{ ...literal, text: name, bare: false }];
  });
  if (added.length === 0) return check;
  return { ...check, operator: 'in', right: { kind: 'list', items: [...given, ...added], mark } };
}
