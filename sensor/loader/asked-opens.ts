import { type Check, isCheck, type Literal, type Resolved } from '../../detections/engine/language/ast.ts';
import type { Filter } from './orders.ts';

/** Opens of files that a condition may be true of, by what the kernel can tell them apart by. */
interface Asked {
  /** Of reads, `DIRECTORY/NAME`, where either may be empty; of writes, prefixes. */
  readonly files: ReadonlySet<string>;
  /** False where it may be true of others, too. */
  readonly whole: boolean;
}
type Mode = 'read' | 'write';

interface AskingRule {
  readonly name: string;
  readonly condition: Resolved;
}

const none: Asked = { files: new Set(), whole: true };
const any: Asked = { files: new Set(), whole: false };
const openTypes: ReadonlySet<string> = new Set(['open', 'openat', 'openat2', 'creat', 'open_by_handle_at']);
// Of the kernel's maps (probes/open/open.bpf.c).
const mostNameBytes = 31;
const mostPrefixBytes = 252;
const mostEntries = 1000;

/**
 * The filter that lets through what rules ask of opened files, besides what it lets through already; and the rules that ask for
 * more than the kernel can tell apart, which see but a part of it.
 */
export function filterFor(
  filter: Filter,
  rules: readonly AskingRule[],
): { readonly filter: Filter; readonly inPart: readonly string[] } {
  const names = new Set(filter.readNames);
  const directories = new Set(filter.readIn);
  const writes = new Map(Object.entries(filter.writes));
  const inPart = new Set<string>();
  for (const { name, condition } of rules) {
    const [read, write] = [askedOf(condition, 'read'), askedOf(condition, 'write')];
    if (!read.whole || !write.whole) inPart.add(name);
    for (const file of read.files) {
      const [directory = '', name = ''] = file.split('/');
      if (names.has(name) || directories.has(directory)) continue;
      if (name === '') directories.add(directory);
      else names.add(name);
    }
    for (const prefix of write.files) if (!isWatched(prefix, writes)) writes.set(prefix, true);
  }
  if (Math.max(names.size, directories.size, writes.size) > mostEntries)
    return { filter: { ...filter, everyOpen: true }, inPart: [] };
  const asked = { readNames: [...names], readIn: [...directories], writes: Object.fromEntries(writes) };
  return { filter: { ...filter, ...asked }, inPart: filter.everyOpen ? [] : [...inPart] };
}

/** The longest prefix decides, as in the kernel. */
function isWatched(path: string, writes: ReadonlyMap<string, boolean>): boolean {
  const prefixes = [...writes.keys()].filter((prefix) => path.startsWith(prefix));
  return writes.get(prefixes.sort((a, b) => b.length - a.length)[0] ?? '') ?? false;
}

function askedOf(condition: Resolved, mode: Mode): Asked {
  const known = { true: new Map<Resolved, Asked>(), false: new Map<Resolved, Asked>() };
  const of = (part: Resolved, wanted: boolean): Asked => {
    const before = known[`${wanted}`];
    const asked = before.get(part) ?? work(part, wanted);
    before.set(part, asked);
    return asked;
  };
  const work = (part: Resolved, wanted: boolean): Asked => {
    if (isCheck(part)) return ofCheck(part, wanted, mode);
    if (part.kind === 'not') return of(part.of, !wanted);
    const parts = part.of.map((each) => of(each, wanted));
    return (part.kind === 'and') === wanted ? least(parts) : union(parts);
  };
  return of(condition, true);
}

/** Each of the parts bounds what `and` is true of; of those that do not do so wholly, the one that says most. */
function least(parts: readonly Asked[]): Asked {
  const [best] = parts
    .filter(({ whole }) => whole)
    .sort((a, b) => a.files.size - b.files.size)
    .concat(parts.filter(({ whole }) => !whole).sort((a, b) => b.files.size - a.files.size));
  return best ?? any;
}

function union(parts: readonly Asked[]): Asked {
  return { files: new Set(parts.flatMap(({ files }) => [...files])), whole: parts.every(({ whole }) => whole) };
}

function ofCheck(check: Check, wanted: boolean, mode: Mode): Asked {
  const decided = decidedBy(check, mode);
  if (decided !== null) return decided === wanted ? any : none;
  if (!wanted || check.kind === 'exists' || check.left.kind !== 'field') return any;
  const { name } = check.left;
  const ask = mode === 'read' ? reads : writes;
  return union((literalsOf(check) ?? [null]).map((one) => (one === null ? any : ask(name, check.operator, one.text))));
}

/** Whether a check is true of every open of a mode, or of none; null where that depends on more. */
function decidedBy(check: Check, mode: Mode): boolean | null {
  if (check.kind === 'exists' || check.left.kind !== 'field') return null;
  const texts = literalsOf(check)?.map(({ text }) => text);
  if (texts === undefined) return null;
  if (check.left.name === 'evt.arg.flags' && check.operator === 'contains')
    return mode === 'read' && texts.every((text) => /^O_(?:CREAT|TRUNC|WRONLY|RDWR)$/.test(text)) ? false : null;
  if (!equalities.has(check.operator)) return null;
  switch (check.left.name) {
    case 'evt.type':
    case 'syscall.type':
      return texts.some((text) => openTypes.has(text)) ? null : false;
    case 'evt.num':
      return texts.every((text) => Number(text) < 1) ? false : null;
    // What is opened for both, or made, is told of as what is opened for writing.
    case 'evt.is_open_write':
    case 'evt.is_open_create':
    case 'evt.is_open_exec':
      return mode === 'read' ? texts.includes('false') : null;
    case 'evt.is_open_read':
      return texts.includes(String(mode === 'read'));
    case 'fd.typechar':
      return texts.includes('f');
    default:
      return null;
  }
}

function literalsOf(check: Check): readonly Literal[] | null {
  if (check.kind === 'exists') return null;
  if (check.right.kind === 'literal') return [check.right];
  return check.right.kind === 'list' && check.modifier !== 'allof' ? check.right.items : null;
}

const pathFields: ReadonlySet<string> = new Set(['fd.name', 'evt.arg.name', 'fs.path.name']);
const equalities: ReadonlySet<string> = new Set(['=', '==', 'in']);
const globs: ReadonlySet<string> = new Set(['glob', 'iglob']);
const wildcard = /[*?[\]\\]/;

/** By prefixes of the path. */
function writes(field: string, operator: string, text: string): Asked {
  const isPattern = globs.has(operator) || operator === 'pmatch';
  const prefix = isPattern ? text.slice(0, text.search(wildcard) >>> 0) : text;
  if (!prefix.startsWith('/') || prefix === '/' || Buffer.byteLength(prefix) > mostPrefixBytes) return any;
  const isBound = isPattern || equalities.has(operator) || operator === 'startswith';
  if (isBound && pathFields.has(field)) return asking(prefix);
  if (field !== 'fd.directory') return any;
  return equalities.has(operator) ? asking(`${prefix}/`) : operator === 'startswith' ? asking(prefix) : any;
}

/** By the name of the file, or of the directory it lies in. */
function reads(field: string, operator: string, text: string): Asked {
  const [last = '', above = ''] = text
    .split('/')
    .filter((part) => part !== '')
    .reverse();
  const isEqual = equalities.has(operator);
  if (field === 'fd.filename') return isEqual ? named('', text) : any;
  if (field === 'fd.directory') return isEqual ? named(last, '') : any;
  if (!pathFields.has(field)) return any;
  if (isEqual) return named(above, last);
  if (globs.has(operator))
    return wildcard.test(last) ? named(above, '') : named(wildcard.test(above) ? '' : above, last);
  // What is before the first slash of an end may be the end of a name.
  if (operator === 'endswith')
    return text.includes('/') ? named(text.startsWith('/') ? above : '', last) : partly(named('', last));
  if (/contains$/.test(operator)) return /^\/.*\/$/.test(text) ? partly(named(last, '')) : any;
  // The kernel looks at the folder of a file, and no further up.
  if (operator === 'startswith' || operator === 'pmatch')
    return partly(union([named(last, ''), ...(text.endsWith('/') ? [] : [named('', last)])]));
  return any;
}

function named(directory: string, name: string): Asked {
  const parts = [directory, name];
  const isTold =
    parts.some(Boolean) && parts.every((part) => !wildcard.test(part) && Buffer.byteLength(part) <= mostNameBytes);
  return isTold ? asking(`${directory}/${name}`) : any;
}

function asking(file: string): Asked {
  return { files: new Set([file]), whole: true };
}

function partly({ files }: Asked): Asked {
  return { files, whole: false };
}
