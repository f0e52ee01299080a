import { coverageOf } from '../engine/coverage.ts';
import type { Source } from '../engine/fields/field.ts';
import { type SourceName, sources } from '../engine/fields/sources.ts';
import type { Priority } from '../engine/files/definitions.ts';
import type { YamlItem, YamlValue } from '../engine/files/yaml-item.ts';
import { asTold } from '../engine/language/as-told.ts';
import type { Resolved } from '../engine/language/ast.ts';
import { parseCondition } from '../engine/language/parse-condition.ts';
import { resolver } from '../engine/language/resolve.ts';
import { outputTemplate } from '../engine/output.ts';
import type { SourceText } from '../engine/problem.ts';
import { type Rule, ruleOf } from '../engine/rule.ts';
import { parseSigmaCondition } from './condition.ts';
import type { LogSource } from './fields.ts';
import { any, type FieldKinds, itemCondition, patternCondition } from './item.ts';
import { readLogSource } from './log-source.ts';
import { patternsOf, readModifiers } from './modifiers.ts';

const priorities: Readonly<Record<string, Priority>> = {
  informational: 'informational',
  low: 'notice',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
};

const noMacros = resolver({ lists: new Map(), macros: new Map() });

/** What every document of Sigma says of itself. */
export interface Heading {
  readonly title: string;
  readonly description: string;
  readonly priority: Priority;
  readonly tags: readonly string[];
  /** Must stay with the rule and its alerts, by the licence of the public rules. */
  readonly author: string | null;
}

/** @throws RuleError */
export function readHeading(item: YamlItem): Heading {
  const level = item.get('level');
  const name = level?.text().toLowerCase() ?? 'medium';
  const priority =
    priorities[name] ??
    item.need('level').fail(`‘${name}’ is no level: expected one of ${Object.keys(priorities).join(', ')}`);
  const tags = item.get('tags');
  return {
    title: item.need('title').text(),
    description: item.get('description')?.text().trim() ?? '',
    priority,
    tags: tags === undefined || tags.isNull ? [] : tags.list().map((tag) => techniqueTag(tag.text())),
    author: item.get('author')?.scalar() ?? null,
  };
}

/** `attack.t1059.004` as rules of ours have it: T1059.004. */
function techniqueTag(tag: string): string {
  const [, technique] = /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag) ?? [];
  return technique?.toUpperCase() ?? tag;
}

/** A rule over the events of whichever source it is about. */
export type AnyRule = {
  [Name in SourceName]: { readonly source: Name; readonly rule: Rule<EventOf<Name>> };
}[SourceName];
type EventOf<Name extends SourceName> = (typeof sources)[Name] extends Source<infer E> ? E : never;

/**
 * A document with `detection` as a rule of the engine.
 *
 * @throws RuleError LeftOutError
 */
export function readRule(item: YamlItem, verify: (source: SourceName, condition: Resolved) => void): AnyRule {
  const heading = readHeading(item);
  const log = readLogSource(item);
  const written = any([fromText(log.condition), readDetection(item, log)], 'and');
  const condition = asTold(written, sources[log.source].toldAs);
  verify(log.source, condition);
  return log.source === 'syscall'
    ? { source: 'syscall', rule: made(heading, item, condition, log, sources.syscall) }
    : { source: 'k8s_audit', rule: made(heading, item, condition, log, sources.k8s_audit) };
}

function made<E>(heading: Heading, item: YamlItem, condition: Resolved, log: LogSource, source: Source<E>): Rule<E> {
  const { title, description, priority, tags, author } = heading;
  const { place } = item;
  const shown = log.shown.map((name) => `${name.split('.').at(-1)}=%${name}`).join(' ');
  const by = author === null ? '' : ` author=${author.replaceAll('%', '')}`;
  const output = text(`${title.replaceAll('%', ' ')} (${shown}${by})`);
  const definition = {
    name: title,
    place,
    source: log.source,
    condition: text(''),
    output,
    description,
    priority,
    tags,
    enabled: true,
    skipIfUnknownField: false,
    exceptions: [],
  };
  return ruleOf(definition, {
    condition,
    coverage: coverageOf(condition, source),
    output: outputTemplate(output, source),
  });

  function text(content: string): SourceText {
    return { text: content, place: () => place };
  }
}

function fromText(condition: string): Resolved {
  const source = { text: condition, place: () => ({ file: 'logsource', line: 1, column: 1 }) };
  return noMacros.resolve(parseCondition(source));
}

function readDetection(item: YamlItem, log: LogSource): Resolved {
  const map = item.need('detection').map();
  const selections = new Map(
    map.keys
      .filter((key) => key !== 'condition' && key !== 'timeframe')
      .map((key) => [key, selection(map.need(key), log)]),
  );
  if (map.has('timeframe')) map.need('timeframe').fail('‘timeframe’ is no more: write a correlation rule');
  if (selections.size === 0) map.fail('‘detection’ has no selection');
  const condition = map.need('condition');
  const texts = condition.isList ? condition.list() : [condition];
  if (texts.length === 0) condition.fail('‘condition’ is empty');
  return any(
    texts.map((text) => parseSigmaCondition(text.source(), selections)),
    'or',
  );
}

function kindsOf({ source }: LogSource): FieldKinds {
  const { field, index } = sources[source] as Source<never>;
  return { typeOf: field, isIndex: (name) => index.includes(name) };
}

/** A map of fields, all of which must fit; a list of maps, or of keywords, of which any may. */
function selection(value: YamlValue, log: LogSource): Resolved {
  if (value.isMap) {
    const map = value.map();
    if (map.keys.length === 0) value.fail('the selection is empty');
    return any(
      map.keys.map((key) =>
        key.startsWith('|') ? keywords(key, map.need(key), log) : itemCondition(key, map.need(key), log, kindsOf(log)),
      ),
      'and',
    );
  }
  const items = value.isList ? value.list() : [value];
  if (items.length === 0) value.fail('the selection is empty');
  return any(
    items.map((one) => (one.isMap ? selection(one, log) : keywords('', one, log))),
    'or',
  );
}

/** Words that stand anywhere in an event; `|all` asks for all of a list. */
function keywords(key: string, value: YamlValue, log: LogSource): Resolved {
  const modifiers = readModifiers(
    key.split('|').filter((name) => name !== ''),
    value,
  );
  const [, name = '', argument = null] = /^([^[]+)(?:\[(.*)\])?$/.exec(log.fullText) ?? [];
  const of = (value.isList ? value.list() : [value]).map((one) => {
    const text = one.scalar() ?? one.fail('a keyword must be text');
    const patterns = patternsOf(text, new Set([...modifiers, 'contains']));
    const field = { kind: 'field', name, argument, mark: one.mark } as const;
    return any(
      patterns.map((pattern) => patternCondition(field, pattern, modifiers, one.mark)),
      'or',
    );
  });
  if (of.length === 0) value.fail('there are no keywords');
  return any(of, modifiers.has('all') ? 'and' : 'or');
}
