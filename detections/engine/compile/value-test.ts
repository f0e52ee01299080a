import { RE2JS } from 're2js';
import type { FieldType, Value } from '../fields/field.ts';
import type { Literal, Operator } from '../language/ast.ts';
import { RuleError } from '../problem.ts';
import { canonicalAddress, networkTest } from './address.ts';
import { globMatcher } from './glob.ts';
import { pathPrefixTest } from './path-prefix.ts';
import type { Test } from './predicate.ts';
import { requiredTexts } from './required-texts.ts';
import { containsAny } from './substrings.ts';

const equality = ['=', '==', '!=', 'in', 'intersects'] as const;
const ordering = ['<', '<=', '>', '>='] as const;
const searching = ['contains', 'startswith', 'endswith'] as const;

/** What each type may be compared by, as in falcosecurity/libs, userspace/libsinsp/filter_compare.cpp. */
export const operatorsOf: Readonly<Record<FieldType, readonly Operator[]>> = {
  text: [...equality, ...ordering, ...searching, 'icontains', 'glob', 'iglob', 'pmatch', 'regex'],
  number: [...equality, ...ordering],
  boolean: equality,
  address: equality,
  network: equality,
  bytes: [...equality, ...searching, 'bcontains', 'bstartswith'],
};

/** Of a list: all of its values, or any. */
export const operatorsOfLists: readonly Operator[] = ['in', 'intersects'];

const longestPattern = 10_000;

/**
 * A test of a value by an operator and what stands to its right: several literals for in, intersects and pmatch, else one.
 * `!=` is the test of values that are there: a field that is missing fulfils no comparison.
 *
 * @throws RuleError for literals that the type cannot be
 */
export function valueTest(type: FieldType, operator: Operator, literals: readonly Literal[]): Test {
  switch (operator) {
    case '=':
    case '==':
    case 'in':
    case 'intersects':
      return equalityTest(type, literals);
    case '!=': {
      const equal = equalityTest(type, literals);
      return (value) => !equal(value);
    }
    case 'pmatch':
      return pathPrefixTest(literals.map(({ text }) => text)) as Test;
    default:
      return type === 'number' ? numberTest(operator, only(literals)) : textTest(operator, only(literals));
  }
}

function only(literals: readonly Literal[]): Literal {
  return literals[0] as Literal;
}

function equalityTest(type: FieldType, literals: readonly Literal[]): Test {
  if (type === 'network') {
    const tests = literals.map(({ text, mark }) => {
      const test = networkTest(text);
      if (test === null) throw new RuleError(`‘${text}’ is no network: expected such as 10.0.0.0/8`, mark);
      return test;
    });
    return (value) => tests.some((test) => test(value as string));
  }
  const values = literals.map((literal) => literalValue(type, literal));
  if (type === 'address' && values.some((value) => (value as string).includes(':'))) {
    const canonical = new Set(values);
    return (value) =>
      canonical.has((value as string).includes(':') ? (canonicalAddress(value as string) ?? '') : value);
  }
  if (values.length === 1) {
    const [expected] = values;
    return (value) => value === expected;
  }
  const set = new Set(values);
  return (value) => set.has(value);
}

/**
 * A literal as a value of a type.
 *
 * @throws RuleError
 */
export function literalValue(type: FieldType, { text, mark }: Literal): Value {
  if (type === 'number') {
    const number = /^(?:0[xX][0-9a-fA-F]+|[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(number)) throw new RuleError(`‘${text}’ is no number, which this field is`, mark);
    return number;
  }
  if (type === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new RuleError(`‘${text}’ is neither true nor false, one of which this field is`, mark);
  }
  if (type !== 'address') return text;
  const address = canonicalAddress(text);
  if (address === null) throw new RuleError(`‘${text}’ is no IP address, which this field is`, mark);
  return address;
}

function numberTest(operator: Operator, literal: Literal): Test {
  const expected = literalValue('number', literal) as number;
  const tests: Partial<Record<Operator, (value: number) => boolean>> = {
    '<': (value) => value < expected,
    '<=': (value) => value <= expected,
    '>': (value) => value > expected,
    '>=': (value) => value >= expected,
  };
  return tests[operator] as Test;
}

function textTest(operator: Operator, literal: Literal): Test {
  return textTestOf(operator, literal) as Test;
}

function textTestOf(operator: Operator, literal: Literal): (value: string) => boolean {
  const { text } = literal;
  switch (operator) {
    case 'contains':
      return (value) => value.includes(text);
    case 'startswith':
      return (value) => value.startsWith(text);
    case 'endswith':
      return (value) => value.endsWith(text);
    case 'icontains': {
      const folded = text.toLowerCase();
      return (value) => value.toLowerCase().includes(folded);
    }
    case 'glob':
      return globMatcher(text);
    case 'iglob':
      return globMatcher(text, true);
    case 'regex':
      return regexTest(literal);
    case 'bcontains': {
      const bytes = bytesOf(literal);
      return (value) => value.includes(bytes);
    }
    case 'bstartswith': {
      const bytes = bytesOf(literal);
      return (value) => value.startsWith(bytes);
    }
    case '<':
      return (value) => value < text;
    case '<=':
      return (value) => value <= text;
    case '>':
      return (value) => value > text;
    default:
      return (value) => value >= text;
  }
}

/** A test of texts for any of several searches; undefined where they are better made one by one. */
export function anySearch(operator: Operator, literals: readonly Literal[]): Test | undefined {
  const texts = literals.map(({ text }) => text);
  if (operator === 'contains') return containsAny(texts) as Test;
  if (operator === 'iglob') {
    const globs = texts.map((text) => globMatcher(text.toLowerCase()));
    return ((value: string) => {
      const folded = value.toLowerCase();
      return globs.some((fits) => fits(folded));
    }) as Test;
  }
  if (operator !== 'icontains') return undefined;
  const contains = containsAny(texts.map((text) => text.toLowerCase()));
  return ((value: string) => contains(value.toLowerCase())) as Test;
}

/** Falco matches the whole value (RE2 anchored at both ends), and so in linear time. */
function regexTest({ text, mark }: Literal): (value: string) => boolean {
  if (text.length > longestPattern)
    throw new RuleError(`the regular expression has more than ${longestPattern} characters`, mark);
  try {
    const pattern = RE2JS.compile(text);
    const required = requiredTexts(text);
    if (required === null) return (value) => pattern.testExact(value);
    const possible = containsAny(required);
    return (value) => possible(value) && pattern.testExact(value);
  } catch (error) {
    throw new RuleError(`‘${text}’ is no regular expression of RE2: ${(error as Error).message}`, mark);
  }
}

function bytesOf({ text, mark }: Literal): string {
  if (!/^(?:[0-9a-fA-F]{2})+$/.test(text))
    throw new RuleError(`‘${text}’ is no bytes in hexadecimal: expected such as 7f454c46`, mark);
  return Buffer.from(text, 'hex').toString();
}
