import type { YamlValue } from '../engine/files/yaml-item.ts';
import { anyText, type Pattern, readPattern } from './pattern.ts';

export const modifierNames = [
  ...[
    'all',
    'base64',
    'base64offset',
    'cased',
    'cidr',
    'contains',
    'endswith',
    'exists',
    'fieldref',
    'gt',
    'gte',
    'lt',
  ],
  ...['lte', 'neq', 're', 'i', 'm', 's', 'ignorecase', 'multiline', 'dotall', 'startswith', 'utf16', 'utf16be'],
  ...['utf16le', 'wide', 'windash'],
] as const;

/** What stands after a field: `CommandLine|contains|all`. */
export type Modifiers = ReadonlySet<string>;

/** @throws RuleError for a modifier that there is not, or that goes with no other */
export function readModifiers(names: readonly string[], at: YamlValue): Modifiers {
  for (const name of names) {
    if (!(modifierNames as readonly string[]).includes(name))
      at.fail(`unknown modifier ‘${name}’: expected one of ${modifierNames.join(' ')}`);
  }
  const modifiers = new Set(names);
  const alone = ['re', 'cidr', 'exists', 'gt', 'gte', 'lt', 'lte'].filter((name) => modifiers.has(name));
  const searches = ['contains', 'startswith', 'endswith'].filter((name) => modifiers.has(name));
  if (alone.length + searches.length > 1)
    at.fail(`the modifiers ${[...alone, ...searches].join(' and ')} exclude each other`);
  return modifiers;
}

/** The patterns that a value stands for once its modifiers have changed it. */
export function patternsOf(text: string, modifiers: Modifiers): readonly Pattern[] {
  const texts = modifiers.has('windash') ? dashes(text) : [text];
  return texts.flatMap((text) => {
    const encoded = encodedTexts(text, modifiers);
    // What has been encoded has no wildcards.
    const patterns: readonly Pattern[] = encoded === null ? [readPattern(text)] : encoded.map((code) => [...code]);
    return patterns.map((pattern) => placed(pattern, modifiers));
  });
}

function placed(pattern: Pattern, modifiers: Modifiers): Pattern {
  const before = modifiers.has('contains') || modifiers.has('endswith');
  const after = modifiers.has('contains') || modifiers.has('startswith');
  return [...(before ? [anyText] : []), ...pattern, ...(after ? [anyText] : [])] as Pattern;
}

/** Options may be written with other dashes, and with a slash. */
function dashes(text: string): readonly string[] {
  const all = ['-', '/', '–', '—', '―'].map((dash) => text.replaceAll(/(?<![\w])[-/](?=\w)/g, dash));
  return [...new Set([text, ...all])];
}

/** Null where nothing encodes it. */
function encodedTexts(text: string, modifiers: Modifiers): readonly string[] | null {
  const wide = modifiers.has('wide') || modifiers.has('utf16le') || modifiers.has('utf16') || modifiers.has('utf16be');
  let bytes = Buffer.from(text, wide ? 'utf16le' : 'utf8');
  if (modifiers.has('utf16be')) bytes.swap16();
  if (modifiers.has('utf16')) bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), bytes]);
  if (modifiers.has('base64')) return [bytes.toString('base64')];
  if (modifiers.has('base64offset')) return [0, 1, 2].map((offset) => base64At(bytes, offset));
  return wide ? [bytes.toString('latin1')] : null;
}

/** The characters that are the same whatever stands before (by `offset` bytes) and after. */
function base64At(bytes: Buffer, offset: number): string {
  const code = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const first = [0, 2, 3][offset] as number;
  const wholeBits = (offset + bytes.length) * 8;
  return code.slice(first, Math.floor(wholeBits / 6));
}
