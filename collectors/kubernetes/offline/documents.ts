import { type ParsedDocument, parseYaml } from './yaml.ts';

interface Chunk {
  readonly text: string;
  readonly line: number;
}

/** Lines of a text, counted as one moves through it. */
function lineCounter(text: string, first: number): (offset: number) => number {
  let line = first;
  let reached = 0;
  return (offset) => {
    for (let at = text.indexOf('\n', reached); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
      line += 1;
      reached = at + 1;
    }
    return line;
  };
}

/** Cuts a text at these offsets. */
function* cut({ text, line }: Chunk, offsets: Iterable<number>): Generator<Chunk> {
  const lineAt = lineCounter(text, line);
  let start = 0;
  for (const offset of [...offsets, text.length]) {
    if (offset > start) yield { text: text.slice(start, offset), line: lineAt(start) };
    start = offset;
  }
}

function* offsets(text: string, pattern: RegExp): Generator<number> {
  for (const match of text.matchAll(pattern)) yield match.index;
}

/** `---` at the start of a line ends a document wherever it stands (YAML 1.2.2, 9.1.2), and so does `...`. */
const documentMarker = /(?<![^\n])(?:---|\.\.\.)(?=[ \t\r\n]|$)/g;
/** In JSON as tools print it, a bracket at the start of a line opens a new document. */
const jsonStart = /(?<![^\n])[{[]/g;
const onlyComments = /^(?:[ \t\r]*(?:[#%][^\n]*|\.\.\.[^\n]*)?(?:\n|$))*$/;

/**
 * The documents of a file, one by one: each is cut out before it is parsed, so that a broken one does not take its
 * neighbours with it. Reads YAML with any number of documents, JSON, JSON documents one after another, and NDJSON.
 * The items of a List in block style count as documents, each wrapped in a List of its own; anchors do not reach from
 * one to another.
 */
export function* documents(text: string): Generator<ParsedDocument> {
  let preamble: Chunk | null = null;
  for (const chunk of cut({ text, line: 1 }, offsets(text, documentMarker))) {
    // Directives stand before the marker of the document they speak of.
    const whole: Chunk = preamble === null ? chunk : { text: preamble.text + chunk.text, line: preamble.line };
    preamble = onlyComments.test(whole.text) ? whole : null;
    if (preamble !== null) continue;
    if (/^(?:---)?\s*[{[]/.test(whole.text)) yield* jsonDocuments(whole);
    else yield* yamlDocuments(whole);
  }
}

function* jsonDocuments(chunk: Chunk): Generator<ParsedDocument> {
  const body: Chunk = { text: chunk.text.replace(/^---/, '   '), line: chunk.line };
  const whole = parseJson(body);
  if (whole.message === undefined) {
    yield whole;
    return;
  }
  const starts = [...offsets(body.text, jsonStart)].slice(1);
  for (const part of cut(body, starts)) {
    const document = parseJson(part);
    if (document.message === undefined) yield document;
    // A flow mapping with bare keys is YAML, no JSON.
    else if (/^\s*[{[]\s*[^\s"{[\]}]/.test(part.text)) yield parseYaml(part.text, part.line);
    else yield document;
  }
}

function parseJson({ text, line }: Chunk): ParsedDocument {
  try {
    return { line, value: JSON.parse(text.trimEnd()) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const place = /\(line (\d+) column \d+\)/.exec(message)?.[1];
    const offset = place === undefined ? (text.trimEnd().match(/\n/g)?.length ?? 0) : Number(place) - 1;
    // V8 quotes what it could not read, which may be a secret, and counts from the start of this document.
    const reason = message.replace(/, (?:\.\.\.)?".*/s, '').replace(/ (?:in JSON )?at position \d+.*/s, '');
    return { line: line + offset, message: `broken JSON: ${reason}` };
  }
}

/** Where the items of a List in block style begin: `items:` in the first column, then a dash. */
const itemsKey = /(?<![^\n])items:[ \t]*(?:#[^\n]*)?\r?\n(?=( *)-[ \r\n])/;
const listKind = /(?<![^\n])kind:[ \t]*["']?\w*List["']?[ \t]*\r?(?:\n|$)/;
/** The next key of the List itself. */
const nextKey = /(?<=\n)(?![ \t\r\n#]|-[ \r\n])/g;

function* yamlDocuments(chunk: Chunk): Generator<ParsedDocument> {
  const { text, line } = chunk;
  const items = itemsKey.exec(text);
  if (items === null || !listKind.test(text)) {
    yield parseYaml(text, line);
    return;
  }
  const start = items.index + items[0].length;
  nextKey.lastIndex = start;
  const end = nextKey.exec(text)?.index ?? text.length;
  const header = parseYaml(`${text.slice(0, items.index)}${text.slice(end)}`, line);
  if (header.message !== undefined) yield { line: header.line, message: header.message };
  const list = typeof header.value === 'object' && header.value !== null ? header.value : { kind: 'List' };
  const lineAt = lineCounter(text, line);
  const body: Chunk = { text: text.slice(start, end), line: lineAt(start) };
  const dash = new RegExp(`(?<![^\\n])${items[1] ?? ''}-(?=[ \\r\\n])`, 'g');
  for (const item of cut(body, offsets(body.text, dash))) {
    const { value, ...rest } = parseYaml(item.text.replace('-', ' '), item.line);
    yield value === undefined || value === null ? rest : { ...rest, value: { ...list, items: [value] } };
  }
}
