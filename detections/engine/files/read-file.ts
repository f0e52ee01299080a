import { isAlias, isMap, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import { type Problem, RuleError } from '../problem.ts';
import type { Collector } from './collector.ts';
import { readItem } from './read-item.ts';
import { type FileText, placeIn } from './source-text.ts';
import { YamlItem } from './yaml-item.ts';

/** A rule file larger than this is refused: Falco's largest has 130 kB. */
export const mostFileBytes = 16 << 20;

/** Reads a rule file into the collector; what is wrong with an item refuses that item, and is reported. */
export function readRuleFile(name: string, text: string, collector: Collector): void {
  const report = (problem: Problem): void => collector.report(problem);
  const start = { file: name, line: 1, column: 1, item: '', severity: 'error' } as const;
  if (text.length > mostFileBytes) {
    report({ ...start, message: `the file is larger than ${mostFileBytes >> 20} MiB: split it` });
    return;
  }
  const lines = new LineCounter();
  // Keys that appear twice take the last value in yaml-cpp; here they are an error of the YAML. Aliases could make a small
  // file huge, and Falco's files have none.
  const documents = parseAllDocuments(text, { lineCounter: lines, strict: true, schema: 'core' });
  const file: FileText = { name, text, lines };
  if (!Array.isArray(documents)) return;
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined) {
      const message = `this is not YAML: ${error.message.split('\n')[0]?.replace(/ at line .*/, '')}`;
      report({ ...start, ...placeIn(file, error.pos[0]), message });
      return;
    }
    const { contents } = document;
    if (contents === null) continue;
    if (!isSeq(contents)) {
      report({
        ...start,
        ...placeIn(file, contents.range?.[0] ?? 0),
        message: 'expected a list of rules, macros and lists',
      });
      continue;
    }
    for (const node of contents.items) {
      const offset = (node as { range?: readonly number[] } | null)?.range?.[0] ?? 0;
      if (isMap(node)) readReporting(new YamlItem(file, node), collector);
      else if (node !== null && !isAlias(node) && (node as { value?: unknown }).value === null) continue;
      else report({ ...start, ...placeIn(file, offset), message: 'expected a rule, a macro or a list' });
    }
  }
}

const kinds = ['rule', 'macro', 'list', 'required_engine_version', 'required_plugin_versions'] as const;

function readReporting(item: YamlItem, collector: Collector): void {
  const kind = kinds.find((known) => item.has(known));
  if (kind === undefined) {
    const message = `unknown item ‘${item.keys[0] ?? ''}’: there are ${kinds.join(', ')}`;
    collector.report({ ...item.place, severity: 'warning', item: '', message });
    return;
  }
  let name: string = kind;
  try {
    if (kind === 'rule' || kind === 'macro' || kind === 'list') name = `${kind} "${item.need(kind).text()}"`;
    readItem(kind, item, collector, name);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    collector.report({ ...error.place, severity: 'error', item: name, message: error.message });
    if (kind !== 'required_engine_version' && kind !== 'required_plugin_versions') collector.refuse(name);
  }
}
