import { listOperators, numberOperators, type Operator, textOperators } from '../language/ast.ts';
import type { ExceptionDefinition, ItemText } from './definitions.ts';
import type { YamlItem, YamlValue } from './yaml-item.ts';

const operators = ['exists', ...numberOperators, ...textOperators, ...listOperators] as readonly string[];

export function itemText(value: YamlValue): ItemText {
  const source = value.source();
  return { text: source.text, mark: { source, offset: 0 } };
}

function operator(value: YamlValue): Operator {
  const text = value.text();
  if (!operators.includes(text) || text === 'exists')
    value.fail(`‘${text}’ is no operator: expected one of ${operators.slice(1).join(' ')}`);
  return text as Operator;
}

function oneOrMany<T>(value: YamlValue, read: (value: YamlValue) => T): T | readonly T[] {
  return value.isList ? value.list().map(read) : read(value);
}

/** `exceptions:` of a rule. Appended ones may leave out `fields`, and then add values to an earlier one. */
export function readExceptions(item: YamlItem, appended: boolean): readonly ExceptionDefinition[] {
  const all = item.get('exceptions');
  if (all === undefined || all.isNull) return [];
  const names = new Set<string>();
  return all.list().map((value) => {
    const exception = value.map();
    const name = exception.need('name').text();
    if (names.has(name)) value.fail(`there are two exceptions named ${name}`);
    names.add(name);
    return { name, place: value.place, ...readException(exception, appended) };
  });
}

function readException(exception: YamlItem, appended: boolean) {
  const given = exception.get('fields');
  const comparisons = exception.get('comps');
  if (given === undefined && !appended) exception.fail('‘fields’ is missing');
  const fields = given === undefined ? null : oneOrMany(given, itemText);
  const operators = comparisons === undefined ? null : oneOrMany(comparisons, operator);
  const values = exception.get('values');
  return {
    fields,
    operators,
    values: values === undefined || values.isNull ? [] : values.list().map((value) => oneOrMany(value, readValue)),
  };
}

/** A value of a tuple may be a list in turn; its items are kept as one list between parentheses. */
function readValue(value: YamlValue): ItemText {
  if (!value.isList) return itemText(value);
  const items = value.list().map(itemText);
  const text = `(${items.map(({ text }) => quotedIfNeeded(text)).join(', ')})`;
  const place = value.place;
  return { text, mark: { source: { text, place: () => place }, offset: 0 } };
}

function quotedIfNeeded(text: string): string {
  const quoted = /^(["']).*\1$/s.test(text);
  return quoted || !/[\s,()="']/.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
