import type { Check, Literal, Resolved } from '../../detections/engine/language/ast.ts';
import { foldCondition } from './fold-condition.ts';
import { type Asked, type Bounds, byName, byPrefix, equalities } from './open-bounds.ts';
import type { Filter } from './orders.ts';

interface AskingRule {
  readonly name: string;
  readonly condition: Resolved;
}

const nothing: Asked = { by: new Set(), whole: true };
const unbounded: Asked = { by: new Set(), whole: false };

/**
 * What is known of the opens that the kernel tells apart: those of files that are neither written nor made, those that are but
 * for reading, too, and the others. An open by O_PATH is of the first kind, and reads nothing.
 */
const kinds = {
  read: { 'evt.is_open_write': false, 'evt.is_open_create': false, 'evt.is_open_exec': false },
  both: { 'evt.is_open_read': true },
  written: { 'evt.is_open_read': false },
} as const;
type Kind = keyof typeof kinds;

const openTypes: ReadonlySet<string> = new Set(['open', 'openat', 'openat2', 'creat', 'open_by_handle_at']);
/** Of each of the kernel's maps (probes/open/open.bpf.c). */
const mostEntries = 1000;

/**
 * The filter that lets through what rules ask of opened files, besides what it lets through already; and the rules that ask for
 * more than the kernel can tell apart, which see but a part of it.
 */
export function filterFor(
  filter: Filter,
  rules: readonly AskingRule[],
): { readonly filter: Filter; readonly inPart: readonly string[] } {
  const asked = rules.map(({ name, condition }) => ({ name, ...askedOf(condition, filter) }));
  const added = union(asked).by;
  const of = (way: string): readonly string[] =>
    Array.from(added).flatMap((entry) => (entry.startsWith(`${way} `) ? [entry.slice(way.length + 1)] : []));
  const readNames = [...new Set([...filter.readNames, ...of('name')])];
  const readIn = [...new Set([...filter.readIn, ...of('in')])];
  const below = of('below').filter((prefix) => !isWatched(prefix, filter));
  const writes = { ...filter.writes, ...Object.fromEntries(below.map((prefix) => [prefix, true])) };
  if (Math.max(readNames.length, readIn.length, Object.keys(writes).length) > mostEntries)
    return { filter: { ...filter, everyOpen: true }, inPart: [] };
  const shut = Object.keys(writes).filter((prefix) => !writes[prefix]);
  const isWhole = ({ whole, by }: Asked): boolean =>
    whole && !shut.some((prefix) => Array.from(by).some((entry) => `below ${prefix}`.startsWith(entry)));
  const inPart = filter.everyOpen ? [] : asked.filter((each) => !isWhole(each)).map(({ name }) => name);
  return { filter: { ...filter, readNames, readIn, writes }, inPart };
}

/** The longest prefix decides, as in the kernel. */
function isWatched(path: string, { writes }: Filter): boolean {
  const prefixes = Object.keys(writes).filter((prefix) => path.startsWith(prefix));
  return writes[prefixes.sort((a, b) => b.length - a.length)[0] ?? ''] ?? false;
}

function askedOf(condition: Resolved, filter: Filter): Asked {
  const written = askedOfKind(condition, 'written', [byPrefix, byName], filter);
  // Rules that ask for what is read only are not to let through all that is written below a prefix.
  const ways = written === nothing ? [byName] : [byPrefix, byName];
  return union([
    askedOfKind(condition, 'read', [byName], filter),
    askedOfKind(condition, 'both', ways, filter),
    written,
  ]);
}

function askedOfKind(condition: Resolved, kind: Kind, ways: readonly Bounds[], filter: Filter): Asked {
  const ofCheck = (check: Check, wanted: boolean): Asked => {
    const decided = decidedBy(check, kind);
    if (decided !== null) return decided === wanted ? unbounded : nothing;
    const compared = wanted ? comparedTexts(check) : null;
    if (compared === null) return unbounded;
    const { field, operator, texts } = compared;
    return union(
      texts.map((text) =>
        least(
          ways.flatMap((way) => way(field, operator, text)),
          filter,
        ),
      ),
    );
  };
  return foldCondition(condition, ofCheck, (parts, needed) => (needed === 'all' ? least(parts, filter) : union(parts)));
}

/** Each of the parts bounds what `and` is true of; of those that do not do so wholly, the one that says most. */
function least(parts: readonly Asked[], filter: Filter): Asked {
  const added = ({ by }: Asked): number => Array.from(by).filter((entry) => !isLetThrough(entry, filter)).length;
  const [best] = parts
    .filter(({ whole }) => whole)
    .sort((a, b) => added(a) - added(b))
    .concat(parts.filter(({ whole }) => !whole).sort((a, b) => b.by.size - a.by.size));
  return best ?? unbounded;
}

function isLetThrough(entry: string, filter: Filter): boolean {
  const text = entry.slice(entry.indexOf(' ') + 1);
  if (entry.startsWith('below ')) return isWatched(text, filter);
  return (entry.startsWith('name ') ? filter.readNames : filter.readIn).includes(text);
}

function union(parts: readonly Asked[]): Asked {
  const asking = parts.filter((part) => part !== nothing);
  if (asking.length === 0) return nothing;
  return { by: new Set(asking.flatMap(({ by }) => [...by])), whole: asking.every(({ whole }) => whole) };
}

/** Whether a check is true of every open of a kind, or of none; null where that depends on more. */
function decidedBy(check: Check, kind: Kind): boolean | null {
  const { field, operator, texts } = comparedTexts(check) ?? {};
  if (field === undefined || operator === undefined || !equalities.has(operator)) return null;
  const known: Readonly<Record<string, boolean>> = kinds[kind];
  switch (field) {
    case 'evt.type':
    case 'syscall.type':
      return texts?.some((text) => openTypes.has(text)) ? null : false;
    case 'evt.num':
      return texts?.every((text) => Number(text) < 1) ? false : null;
    case 'fd.typechar':
      return texts?.includes('f') ?? null;
    default:
      return field in known ? (texts?.includes(String(known[field])) ?? null) : null;
  }
}

/** A check that one of some texts fulfils by itself; null for others. */
function comparedTexts(
  check: Check,
): { readonly field: string; readonly operator: string; readonly texts: readonly string[] } | null {
  if (check.kind === 'exists' || check.left.kind !== 'field') return null;
  if (check.modifier !== null && check.modifier !== 'anyof') return null;
  const { left, operator, right } = check;
  if (right.kind !== 'literal' && right.kind !== 'list') return null;
  const literals: readonly Literal[] = right.kind === 'literal' ? [right] : right.items;
  return { field: left.name, operator, texts: literals.map(({ text }) => text) };
}
