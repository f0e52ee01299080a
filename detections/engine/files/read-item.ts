import type { Place, SourceText } from '../problem.ts';
import type { Collector } from './collector.ts';
import { type ExceptionDefinition, type Priority, priorities, type RuleDefinition } from './definitions.ts';
import { itemText, readExceptions } from './read-exceptions.ts';
import { joined } from './source-text.ts';
import type { YamlItem, YamlValue } from './yaml-item.ts';

type ItemKind = 'rule' | 'macro' | 'list' | 'required_engine_version' | 'required_plugin_versions';

/** The version of Falco's engine whose language this is. */
export const engineVersion = [0, 63, 0] as const;

const macroName = /^[a-zA-Z]+[a-zA-Z0-9_]*$/;
const listName = /^[^()"'\s=,]+$/;

/**
 * Reads one item of a rule file.
 *
 * @throws RuleError
 */
export function readItem(kind: ItemKind, item: YamlItem, collector: Collector, name: string): void {
  if (kind === 'rule') readRule(item, collector, name);
  else if (kind === 'macro') readMacro(item, collector);
  else if (kind === 'list') readList(item, collector);
  else if (kind === 'required_engine_version') readEngineVersion(item.need(kind), collector);
  else readPluginVersions(item.need(kind));
}

type Change = 'append' | 'replace';

/** `append: true`, and `override:` by key. */
function changes(item: YamlItem, appendable: readonly string[], replaceable: readonly string[]) {
  const changes = new Map<string, Change>();
  const override = item.get('override');
  const append = item.get('append')?.boolean() ?? false;
  if (override === undefined) return { append, changes };
  if (append) override.fail('‘append’ and ‘override’ exclude each other: leave out ‘append’');
  const map = override.map();
  for (const key of map.keys) {
    const value = map.need(key);
    const change = value.text();
    const allowed = change === 'append' ? appendable : change === 'replace' ? replaceable : [];
    if (!allowed.includes(key)) {
      const ways = [appendable.includes(key) && 'append', replaceable.includes(key) && 'replace'].filter(Boolean);
      value.fail(
        ways.length === 0
          ? `‘${key}’ cannot be overridden: expected one of ${replaceable.join(', ')}`
          : `‘${key}: ${change}’ in ‘override’: expected ${ways.join(' or ')}`,
      );
    }
    if (!item.has(key)) value.fail(`‘override’ names ‘${key}’, which this item does not have`);
    changes.set(key, change as Change);
  }
  for (const key of replaceable) {
    if (item.has(key) && !changes.has(key)) item.need(key).fail(`‘${key}’ is here but not in ‘override’: add it there`);
  }
  return { append, changes };
}

function readList(item: YamlItem, { lists }: Collector): void {
  const value = item.need('list');
  const name = value.text();
  if (!listName.test(name))
    value.fail(`‘${name}’ is no name of a list: it has no blanks, quotes, parentheses, = or commas`);
  const items = item.need('items').list().map(itemText);
  const { append, changes: by } = changes(item, ['items'], ['items']);
  if (!append && by.get('items') !== 'append') {
    if (by.has('items') && !lists.has(name)) value.fail('there is no earlier list of this name to override');
    lists.set(name, { name, items });
    return;
  }
  const earlier = lists.get(name);
  if (earlier === undefined) throw value.error('there is no earlier list of this name to append to');
  lists.set(name, { name, items: [...earlier.items, ...items] });
}

function readMacro(item: YamlItem, { macros }: Collector): void {
  const value = item.need('macro');
  const name = value.text();
  if (!macroName.test(name)) value.fail(`‘${name}’ is no name of a macro: a letter, then letters, digits and _`);
  const condition = item.need('condition').source();
  const { append, changes: by } = changes(item, ['condition'], ['condition']);
  if (!append && by.get('condition') !== 'append') {
    if (by.has('condition') && !macros.has(name)) value.fail('there is no earlier macro of this name to override');
    macros.set(name, { name, condition });
    return;
  }
  const earlier = macros.get(name);
  if (earlier === undefined) throw value.error('there is no earlier macro of this name to append to');
  macros.set(name, { name, condition: joined(earlier.condition, condition) });
}

const appendable = ['condition', 'output', 'desc', 'tags', 'exceptions'] as const;
const replaceable = [...appendable, 'priority', 'enabled', 'warn_evttypes', 'skip-if-unknown-filter'] as const;
const known = new Set<string>([
  'rule',
  'append',
  'override',
  'source',
  'capture',
  'capture_duration',
  ...replaceable,
  'warn-evttypes',
]);

function readRule(item: YamlItem, collector: Collector, itemName: string): void {
  const { rules } = collector;
  const value = item.need('rule');
  const name = value.text();
  for (const key of item.keys) {
    if (known.has(key)) continue;
    const message = `unknown key ‘${key}’`;
    collector.report({ ...item.need(key).place, severity: 'warning', item: itemName, message });
  }
  const { append, changes: by } = changes(item, appendable, replaceable);
  const earlier = rules.get(name);
  if (append || by.size > 0) {
    if (earlier === undefined) throw value.error('there is no earlier rule of this name to append to or to override');
    const updates = append
      ? new Map(appendable.filter((key) => item.has(key)).map((key) => [key, 'append' as const]))
      : by;
    if (updates.size === 0) value.fail(`there is nothing to append: expected one of ${appendable.join(', ')}`);
    rules.set(name, updated(earlier, item, updates));
    return;
  }
  // What says nothing but `enabled` switches an earlier rule on or off.
  if (!['condition', 'output', 'desc', 'priority'].some((key) => item.has(key))) {
    const enabled = item.need('enabled').boolean();
    if (earlier === undefined) throw value.error('there is no earlier rule of this name to enable or disable');
    rules.set(name, { ...earlier, enabled });
    return;
  }
  const rule = wholeRule(name, item);
  if (earlier !== undefined && earlier.source !== rule.source)
    value.fail(`an earlier rule of this name has the source ${earlier.source}, not ${rule.source}`);
  rules.set(name, rule);
}

function wholeRule(name: string, item: YamlItem): RuleDefinition {
  return {
    name,
    place: item.need('rule').place,
    source: item.get('source')?.text() ?? 'syscall',
    condition: item.need('condition').source(),
    output: item.need('output').source(),
    description: item.need('desc').text().trim(),
    priority: priority(item.need('priority')),
    tags: tags(item),
    enabled: item.get('enabled')?.boolean() ?? true,
    skipIfUnknownField: item.get('skip-if-unknown-filter')?.boolean() ?? false,
    exceptions: readExceptions(item, false),
  };
}

function updated(rule: RuleDefinition, item: YamlItem, changes: ReadonlyMap<string, Change>): RuleDefinition {
  const text = (key: string, earlier: SourceText): SourceText => {
    const change = changes.get(key);
    if (change === undefined) return earlier;
    const given = item.need(key).source();
    return change === 'append' ? joined(earlier, given) : given;
  };
  const flag = (key: string, earlier: boolean): boolean => (changes.has(key) ? item.need(key).boolean() : earlier);
  const description = changes.get('desc');
  return {
    ...rule,
    condition: text('condition', rule.condition),
    output: text('output', rule.output),
    description:
      description === undefined
        ? rule.description
        : `${description === 'append' ? `${rule.description} ` : ''}${item.need('desc').text().trim()}`,
    priority: changes.has('priority') ? priority(item.need('priority')) : rule.priority,
    tags: changes.has('tags')
      ? [...new Set([...(changes.get('tags') === 'append' ? rule.tags : []), ...tags(item)])]
      : rule.tags,
    enabled: flag('enabled', rule.enabled),
    skipIfUnknownField: flag('skip-if-unknown-filter', rule.skipIfUnknownField),
    exceptions: updatedExceptions(rule, item, changes.get('exceptions')),
  };
}

function updatedExceptions(
  { exceptions }: RuleDefinition,
  item: YamlItem,
  change: Change | undefined,
): readonly ExceptionDefinition[] {
  if (change === undefined) return exceptions;
  const given = readExceptions(item, change === 'append');
  if (change === 'replace') return given;
  const all = new Map(exceptions.map((exception) => [exception.name, exception]));
  for (const exception of given) {
    const earlier = all.get(exception.name);
    const fail = (message: string): never => failAt(item, exception.place, message);
    if (earlier === undefined) {
      if (exception.fields === null) fail(`exception ${exception.name} is new and needs ‘fields’`);
      if (exception.values.length === 0) fail(`exception ${exception.name} is new and needs ‘values’`);
    } else if (exception.fields !== null || exception.operators !== null) {
      fail(`exception ${exception.name} is there already: only ‘values’ can be appended`);
    }
    all.set(exception.name, earlier ? { ...earlier, values: [...earlier.values, ...exception.values] } : exception);
  }
  return [...all.values()];
}

function failAt(item: YamlItem, { line }: Place, message: string): never {
  return item.need('exceptions').fail(`${message} (line ${line})`);
}

function priority(value: YamlValue): Priority {
  const text = value.text().toLowerCase();
  // Falco takes any beginning of a name: INFO is informational.
  const found = priorities.find((known) => known.startsWith(text));
  return found ?? value.fail(`‘${value.text()}’ is no priority: expected one of ${priorities.join(', ')}`);
}

function tags(item: YamlItem): readonly string[] {
  const value = item.get('tags');
  return value === undefined || value.isNull ? [] : value.list().map((tag) => tag.text());
}

function readEngineVersion(value: YamlValue, collector: Collector): void {
  const parts = versionParts(value);
  // A whole number N was how engines were counted before 0.N.0.
  const needed = parts.length === 1 ? [0, parts[0] ?? 0, 0] : parts;
  const newer = needed.findIndex((part, index) => part !== engineVersion[index]);
  if (newer === -1 || (needed[newer] ?? 0) < (engineVersion[newer] ?? 0)) return;
  const message = `the file is for engine ${needed.join('.')}; this one speaks ${engineVersion.join('.')}: what it does not know is refused where it stands`;
  collector.report({ ...value.place, severity: 'warning', item: 'required_engine_version', message });
}

function versionParts(value: YamlValue): readonly number[] {
  const text = value.text();
  if (!/^(\d+|\d+\.\d+\.\d+(-\S+)?)$/.test(text))
    value.fail(`‘${text}’ is no version: expected a number, or such as 0.57.0`);
  return text.split('-')[0]?.split('.').map(Number) ?? [];
}

/** Read for mistakes only: there are no plugins here, their fields are built in. */
function readPluginVersions(value: YamlValue): void {
  for (const entry of value.list()) {
    const plugin = entry.map();
    for (const item of [plugin, ...(plugin.get('alternatives')?.list() ?? []).map((other) => other.map())]) {
      item.need('name').text();
      versionParts(item.need('version'));
    }
  }
}
