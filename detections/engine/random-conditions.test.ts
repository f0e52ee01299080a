import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, random, seeds } from '../../test/property/random.ts';
import type { NodeEvent } from './fields/syscall.ts';
import { load } from './testing/rules.ts';

/** A condition with what it means, by the plainest reading there is. */
interface Meant {
  readonly text: string;
  readonly holds: (event: NodeEvent) => boolean;
}

const texts = ['a', 'b', 'ab', 'ba', '/', '/a', '/a/', '/a/b', '/ab', 'a/b', '//', 'open', 'execve', ''];
const globs = ['*', '/*', '/a*', '/a/*', '/*b', 'a*', '*b', '/*/b', '/a/b', ''];
const types = ['open', 'execve', 'connect', 'close'];
const fieldNames = ['evt.type', 'proc.name', 'fd.name', 'proc.pname'];

type TextCheck = (value: string, right: readonly string[]) => boolean;

const one: Readonly<Record<string, TextCheck>> = {
  '=': (value, [right]) => value === right,
  '!=': (value, [right]) => value !== right,
  contains: (value, [right = '']) => value.indexOf(right) >= 0,
  startswith: (value, [right = '']) => value.slice(0, right.length) === right,
  endswith: (value, [right = '']) => right === '' || value.slice(-right.length) === right,
  glob: (value, [right = '']) => new RegExp(`^${right.replaceAll('*', '[^]*')}$`).test(value),
  icontains: (value, [right = '']) => value.toUpperCase().indexOf(right.toUpperCase()) >= 0,
};
const many: Readonly<Record<string, TextCheck>> = {
  in: (value, right) => right.indexOf(value) >= 0,
  intersects: (value, right) => right.some((item) => item === value),
  pmatch: (value, right) => right.some((item) => `${value}/`.startsWith(item.endsWith('/') ? item : `${item}/`)),
  'contains anyof': (value, right) => right.some((item) => value.indexOf(item) >= 0),
  'startswith allof': (value, right) => right.length > 0 && right.every((item) => value.slice(0, item.length) === item),
  '= oneof': (value, right) => right.filter((item) => item === value).length === 1,
};

const quoted = (text: string): string => `"${text}"`;

function check(from: Random): Meant {
  const field = from.pick(fieldNames);
  const values = field === 'evt.type' ? types : texts;
  const read = (event: NodeEvent): string | undefined => event[field] as string | undefined;
  if (from.chance(0.1)) return { text: `${field} exists`, holds: (event) => read(event) !== undefined };
  if (from.chance(0.15)) {
    const [operator, right] = [from.pick(['<', '<=', '>', '>=', '=', '!=', 'in']), from.integer(4)];
    const compare: Readonly<Record<string, (value: number) => boolean>> = {
      '<': (value) => value < right,
      '<=': (value) => value <= right,
      '>': (value) => value > right,
      '>=': (value) => value >= right,
      '=': (value) => value === right,
      '!=': (value) => value !== right,
      in: (value) => value === right,
    };
    const holds = (event: NodeEvent): boolean => {
      const value = event['fd.num'];
      return typeof value === 'number' && (compare[operator]?.(value) ?? false);
    };
    return { text: `fd.num ${operator} ${operator === 'in' ? `(${right})` : right}`, holds };
  }
  const list = from.chance(0.4);
  const operators = list ? many : one;
  const operator = from.pick(Object.keys(operators));
  const right = list ? from.sample(values, 4) : [from.pick(operator === 'glob' ? globs : values)];
  const written = list ? `(${right.map(quoted).join(', ')})` : quoted(right[0] ?? '');
  const holds = (event: NodeEvent): boolean => {
    const value = read(event);
    return value !== undefined && (operators[operator]?.(value, right) ?? false);
  };
  return { text: `${field} ${operator} ${written}`, holds };
}

function condition(from: Random, depth: number): Meant {
  if (depth === 0 || from.chance(0.2)) return check(from);
  if (from.chance(0.3)) {
    const of = condition(from, depth - 1);
    return { text: from.chance(0.5) ? `not (${of.text})` : `not(${of.text})`, holds: (event) => !of.holds(event) };
  }
  const parts = Array.from({ length: 2 + from.integer(3) }, () => condition(from, depth - 1));
  const and = from.chance(0.5);
  return {
    text: parts.map(({ text }) => `(${text})`).join(and ? ' and ' : ' or '),
    holds: (event) => (and ? parts.every((part) => part.holds(event)) : parts.some((part) => part.holds(event))),
  };
}

function event(from: Random): NodeEvent {
  const fields: Record<string, string | number> = {};
  if (from.chance(0.95)) fields['evt.type'] = from.pick(types);
  for (const name of fieldNames.slice(1)) if (from.chance(0.7)) fields[name] = from.pick(texts);
  if (from.chance(0.7)) fields['fd.num'] = from.integer(4);
  return fields;
}

test('random rules fire as the plainest interpreter says', () => {
  for (const seed of seeds(40)) {
    const from = random(seed);
    const meant = Array.from({ length: 12 }, () => condition(from, 3));
    // Half of them stand behind a macro, so that conditions have parts in common.
    const file = meant
      .map(({ text }, index) => {
        const rule = `- rule: r${index}\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: >\n    `;
        return index % 2 === 0
          ? `${rule}${text}\n`
          : `- macro: m${index}\n  condition: >\n    ${text}\n${rule}m${index}\n`;
      })
      .join('');
    const { engines, problems } = load(file);
    assert.deepEqual(problems, [], `seed ${seed}`);
    for (let count = 0; count < 60; count++) {
      const occurred = event(from);
      assert.deepEqual(
        engines.syscall.match(occurred).map(({ name }) => name),
        meant.flatMap(({ holds }, index) => (holds(occurred) ? [`r${index}`] : [])),
        `seed ${seed}: ${JSON.stringify(occurred)}\n${file}`,
      );
    }
  }
});

test('and binds more than or, not more than both', () => {
  const truth = [true, false];
  for (const a of truth)
    for (const b of truth)
      for (const c of truth) {
        const occurred = { 'proc.name': a ? 'x' : 'y', 'proc.pname': b ? 'x' : 'y', 'fd.name': c ? 'x' : 'y' };
        const [A, B, C] = ['proc.name = x', 'proc.pname = x', 'fd.name = x'];
        const expected: Readonly<Record<string, boolean>> = {
          [`${A} or ${B} and ${C}`]: a || (b && c),
          [`${A} and ${B} or ${C}`]: (a && b) || c,
          [`not ${A} and ${B} or ${C}`]: (!a && b) || c,
          [`not ${A} or ${B} and not ${C}`]: !a || (b && !c),
          [`not not ${A} and not(${B} or ${C})`]: a && !(b || c),
          [`(${A} or ${B})and(${C})`]: (a || b) && c,
        };
        for (const [text, holds] of Object.entries(expected)) {
          const { engines } = load(`- rule: r\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: ${text}\n`);
          assert.equal(engines.syscall.match(occurred).length === 1, holds, `${text} of ${JSON.stringify(occurred)}`);
        }
      }
});
