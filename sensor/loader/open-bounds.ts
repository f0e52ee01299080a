/** Opens of files that a condition may be true of. */
export interface Asked {
  /** `name NAME`, `in DIRECTORY` and `below PREFIX`: what the kernel can tell them by. */
  readonly by: ReadonlySet<string>;
  /** False where it may be true of others, too. */
  readonly whole: boolean;
}

/** What bounds the opens that a comparison with a text is true of: each of these by itself. */
export type Bounds = (field: string, operator: string, text: string) => readonly Asked[];

// Of the kernel's maps (probes/open/open.bpf.c).
const mostNameBytes = 31;
const mostPrefixBytes = 252;

const pathFields: ReadonlySet<string> = new Set(['fd.name', 'evt.arg.name', 'fs.path.name']);
export const equalities: ReadonlySet<string> = new Set(['=', '==', 'in']);
const wildcard = /[*?[\]\\]/;

/** Of files that are written. */
export function byPrefix(field: string, operator: string, text: string): readonly Asked[] {
  const isEqual = equalities.has(operator);
  if (field === 'fd.directory')
    return isEqual ? below(text === '/' ? text : `${text}/`) : operator === 'startswith' ? below(text) : [];
  if (!pathFields.has(field)) return [];
  if (isEqual || operator === 'startswith') return below(text);
  // `/srv/` is matched by /srv, too.
  const pattern = operator === 'glob' ? text : operator === 'pmatch' ? text.replace(/\/$/, '') : '';
  return below(pattern.slice(0, pattern.search(wildcard) >>> 0));
}

/** By the name of the file, or of the directory it lies in: the kernel looks no further up. */
export function byName(field: string, operator: string, text: string): readonly Asked[] {
  const isEqual = equalities.has(operator);
  if (field === 'fd.filename') return isEqual ? named(text) : [];
  // What is before the first slash may be the end of a name.
  const [last = '', above = ''] = text.split('/').slice(1).reverse();
  if (field === 'fd.directory') return isEqual ? within(last) : [];
  if (!pathFields.has(field)) return [];
  if (isEqual) return [...named(last), ...within(above)];
  switch (operator) {
    case 'glob': {
      // A star takes slashes, too.
      const directory = wildcard.test(above) ? [] : within(above);
      return wildcard.test(last) ? partly(directory) : [...named(last), ...directory];
    }
    case 'endswith':
      return text.includes('/') ? [...named(last), ...within(above)] : partly(named(text));
    case 'contains':
      return text.endsWith('/') ? partly(within(above)) : [];
    case 'startswith':
    case 'pmatch':
      if (wildcard.test(text)) return [];
      return partly(text.endsWith('/') ? within(above) : [...within(last), ...named(last)]);
    default:
      return [];
  }
}

function named(name: string): readonly Asked[] {
  return asking('name', name, mostNameBytes);
}

function within(directory: string): readonly Asked[] {
  return asking('in', directory, mostNameBytes);
}

function below(prefix: string): readonly Asked[] {
  return /^\/./.test(prefix) ? asking('below', prefix, mostPrefixBytes) : [];
}

/** None where the kernel cannot tell it. */
function asking(way: string, text: string, mostBytes: number): readonly Asked[] {
  const isTold = text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= mostBytes;
  return isTold ? [{ by: new Set([`${way} ${text}`]), whole: true }] : [];
}

/** Some of what a comparison is true of. */
function partly(bounds: readonly Asked[]): readonly Asked[] {
  return bounds.length === 0 ? [] : [{ by: new Set(bounds.flatMap(({ by }) => [...by])), whole: false }];
}
