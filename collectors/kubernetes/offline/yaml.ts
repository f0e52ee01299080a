import { LineCounter, parseDocument, type ScalarTag } from 'yaml';

/** One document of a file: what it says, or why it cannot be read, or both when it can be read despite a mistake. */
export interface ParsedDocument {
  /** Where it begins, or where the mistake is; the first line of a file is 1. */
  readonly line: number;
  readonly value?: unknown;
  readonly message?: string;
}

/**
 * The API server stores at most 1.5 MiB an object (etcd's request limit) and the items of a List count apart,
 * so that a longer document is a mistake or an attack on our memory.
 */
export const maxYamlLength = 16 * 1024 * 1024;

/** As many as `yaml` allows by default; what it guards against are documents that double themselves thirty times over. */
const maxAliases = 100;

/** Go reads 0o17 as octal too (strconv.ParseInt with base 0). */
const goOctal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0o[0-7]+$/,
  resolve: (text) => Number(text.replace(/^[-+]/, '')) * (text.startsWith('-') ? -1 : 1),
};

/**
 * Reads one document as kubectl does (sigs.k8s.io/yaml over go-yaml v2): YAML 1.1 with its `yes`, `on` and 0644, save
 * that times and base-60 numbers stay strings.
 */
export function parseYaml(text: string, line: number): ParsedDocument {
  if (text.length > maxYamlLength) {
    return { line, message: `the document is longer than ${maxYamlLength >> 20} MiB: split it, or write it as JSON` };
  }
  const lines = new LineCounter();
  // What is missing at the end is missing from the last line that says something.
  const end = text.trimEnd().length;
  const at = (offset: number): number => line + lines.linePos(Math.min(offset, end)).line - 1;
  try {
    const document = parseDocument(text, {
      schema: 'yaml-1.1',
      merge: true,
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'silent',
      customTags: (tags) => [
        goOctal,
        ...tags.filter(
          (tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp'),
        ),
      ],
    });
    const broken = document.errors.find((error) => error.code !== 'DUPLICATE_KEY');
    if (broken !== undefined) {
      // Some messages end in a quotation of the text, which may be a secret.
      return { line: at(broken.pos[0]), message: `broken YAML: ${broken.message.replace(/: .*/s, '')}` };
    }
    const value: unknown = document.toJS({ maxAliasCount: maxAliases });
    const repeated = document.errors[0];
    if (repeated === undefined) return { line, value };
    return { line: at(repeated.pos[0]), value, message: 'a key is there twice; the last one counts' };
  } catch (error) {
    // Excessive aliases, and nesting beyond the stack.
    return { line, message: `broken YAML: ${error instanceof Error ? error.message : String(error)}` };
  }
}
