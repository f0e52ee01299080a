import type { Getter, Source, Value } from '../fields/field.ts';
import type { Check, Comparison } from '../language/ast.ts';
import { fieldOf, fieldText } from './compared.ts';
import { equalTo } from './known.ts';
import type { Node } from './plan.ts';
import { literalValue } from './value-test.ts';

/** An event fulfils a condition only if it has one of these values. */
export interface Needed<E> {
  /** Of the field, as it is written; with a slash behind it, of the first part of the path that it is. */
  readonly name: string;
  readonly get: Getter<E>;
  readonly values: ReadonlySet<Value>;
  /** How little knowing it says: 0 for one value of many, 1 for the first part of a path, 2 for one of few. */
  readonly vague: 0 | 1 | 2;
}

type ByName<E> = ReadonlyMap<string, Needed<E>>;

const nothing: ReadonlyMap<string, never> = new Map<string, never>();
/** More values than this are no help. */
const mostValues = 200;

/** What conditions need, by the name of the field. What stands under `not` needs nothing. */
export function neededBy<E>(source: Source<E>): (node: Node) => ByName<E> {
  const known = new Map<Node, ByName<E>>();
  const of = (node: Node): ByName<E> => {
    let needed = known.get(node);
    if (needed === undefined) {
      needed = work(node);
      known.set(node, needed);
    }
    return needed;
  };
  const work = (node: Node): ByName<E> => {
    if (node.kind === 'not') return nothing;
    if (node.check !== undefined) return ofCheck(node.check, source);
    return node.kind === 'and' ? all(node.of.map(of)) : any(node.of.map(of));
  };
  return of;
}

function ofCheck<E>(check: Check, source: Source<E>): ByName<E> {
  if (check.kind === 'exists' || check.left.kind !== 'field') return nothing;
  const field = fieldOf(check.left, source);
  const { argument } = check.left;
  if (field.list || (field.anyOf !== undefined && argument === null)) return nothing;
  const [name, get] = [fieldText(check.left), field.getter(argument)];
  const needed = new Map<string, Needed<E>>();
  const literals = check.operator === '!=' ? undefined : equalTo(check);
  const isPlain = field.type === 'text' || field.type === 'number' || field.type === 'boolean';
  if (isPlain && literals !== undefined && literals.length <= mostValues) {
    const values = new Set(literals.map((literal) => literalValue(field.type, literal)));
    const vague = field.type === 'boolean' || source.few.has(name) ? 2 : 0;
    needed.set(name, { name, get, values, vague });
  }
  const parts = field.type === 'text' ? firstParts(check) : undefined;
  if (parts !== undefined) {
    const path = `${name}/`;
    const getPart: Getter<E> = (event, turn) => {
      const value = get(event, turn);
      return value === undefined ? undefined : firstPart(value as string);
    };
    needed.set(path, { name: path, get: getPart, values: new Set(parts), vague: 1 });
  }
  return needed;
}

/** Of a path all before its second slash: `/etc` of `/etc/shadow`. */
function firstPart(path: string): string {
  const end = path.indexOf('/', 1);
  return end === -1 ? path : path.slice(0, end);
}

const ofPaths: ReadonlySet<string> = new Set(['=', '==', 'in', 'startswith', 'glob', 'pmatch']);

/** The first parts of the paths that fulfil a check; undefined where it does not say. */
function firstParts({ operator, modifier, right }: Comparison): readonly string[] | undefined {
  if (modifier !== null || !ofPaths.has(operator) || (right.kind !== 'literal' && right.kind !== 'list'))
    return undefined;
  const texts = (right.kind === 'literal' ? [right] : right.items).map(({ text }) => text);
  if (texts.length > mostValues || !texts.some((text) => text.includes('/'))) return undefined;
  const parts = texts.map((text) => {
    if (operator === '=' || operator === '==' || operator === 'in') return firstPart(text);
    // What begins with `/et` may be below `/etc`: the part must be whole.
    if (operator === 'startswith') return text.includes('/', 1) ? firstPart(text) : undefined;
    // Below `/`, which pmatch takes for an empty path, is everything.
    const part = firstPart(operator === 'pmatch' ? text.replace(/\/$/, '') : text);
    return part === '' || /[*?[\\]/.test(part) ? undefined : part;
  });
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/** All must hold: of each field the one that says more. */
function all<E>(parts: readonly ByName<E>[]): ByName<E> {
  const needed = new Map<string, Needed<E>>();
  for (const part of parts) {
    for (const [name, one] of part) {
      const other = needed.get(name);
      if (other === undefined || one.values.size < other.values.size) needed.set(name, one);
    }
  }
  return needed;
}

/** One must hold: of the fields that each of them needs, the values of all. */
function any<E>([first = nothing, ...others]: readonly ByName<E>[]): ByName<E> {
  const needed = new Map<string, Needed<E>>();
  for (const [name, one] of first) {
    const alike = others.map((other) => other.get(name));
    if (!alike.every((other) => other !== undefined)) continue;
    const values = alike.reduce((union, other) => union.union(other.values), one.values);
    if (values.size <= mostValues) needed.set(name, { ...one, values });
  }
  return needed;
}
