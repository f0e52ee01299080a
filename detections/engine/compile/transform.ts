import type { FieldType, Getter, Value } from '../fields/field.ts';
import type { Transformation, Transformer } from '../language/ast.ts';
import { RuleError } from '../problem.ts';
import { getopt } from './getopt.ts';

/** What is compared: a field, or what transformers make of some. */
export interface Compared<E> {
  /** For messages. */
  readonly name: string;
  readonly type: FieldType;
  readonly list: boolean;
  /** More than one where any of several fields may fit. */
  readonly getters: readonly Getter<E>[];
}

/** What transformers are applied to; literals are texts that do not change. */
type Input<E> = Compared<E>;

const texts: Partial<Record<Transformer, (text: string) => string | undefined>> = {
  tolower: (text) => text.toLowerCase(),
  toupper: (text) => text.toUpperCase(),
  basename: (text) => text.slice(text.lastIndexOf('/') + 1),
  b64: (text) => (/^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString() : undefined),
};

/** @throws RuleError where the transformer takes other things */
export function transformed<E>(transformation: Transformation, inputs: readonly Input<E>[]): Compared<E> {
  const { name, mark } = transformation;
  const fail = (expected: string): never => {
    throw new RuleError(`${name}() takes ${expected}`, mark);
  };
  for (const input of inputs) if (input.getters.length > 1) fail(`fields of one value, not ${input.name}`);
  const [first, second] = inputs as readonly [Input<E>, Input<E> | undefined];
  const get = (input: Input<E>): Getter<E> => input.getters[0] as Getter<E>;
  const made = (type: FieldType, list: boolean, getter: Getter<E>): Compared<E> => ({
    name: `${name}(${inputs.map((input) => input.name).join(', ')})`,
    type,
    list,
    getters: [getter],
  });

  const ofText = texts[name];
  if (ofText !== undefined) {
    if (inputs.length !== 1 || first.type !== 'text') fail('one text');
    return made('text', first.list, mapped(get(first), ofText));
  }
  if (name === 'len') {
    if (inputs.length !== 1 || !(first.list || first.type === 'text' || first.type === 'bytes'))
      fail('one text or list');
    return made('number', false, withValue(get(first), lengthOf));
  }
  if (name === 'concat') {
    if (inputs.length < 2 || inputs.some(({ type, list }) => type !== 'text' || list)) fail('two or more texts');
    return made('text', false, concatenated(inputs.map(get)));
  }
  if (second === undefined || inputs.length !== 2) return fail('two arguments');
  if (name === 'join') {
    if (first.list || first.type !== 'text' || !second.list) fail('a separator and a list');
    const [separator, list] = [get(first), get(second)];
    return made('text', false, (event, turn) => {
      const by = separator(event, turn);
      const values = list(event, turn);
      return by === undefined || values === undefined ? undefined : (values as readonly string[]).join(by as string);
    });
  }
  if (!first.list || second.list || second.type !== 'text') fail('a list of arguments and the options, such as "ab:"');
  const { argument } = transformation;
  if (argument !== null && argument.length !== 1) fail('one letter in brackets');
  const [list, options] = [get(first), get(second)];
  return made('text', argument === null, (event, turn) => {
    const words = list(event, turn);
    const known = options(event, turn);
    if (words === undefined || known === undefined) return undefined;
    return getopt(words as readonly string[], known as string, argument);
  });
}

function withValue<E>(get: Getter<E>, change: (value: Value) => Value | undefined): Getter<E> {
  return (event, turn) => {
    const value = get(event, turn);
    return value === undefined ? undefined : change(value);
  };
}

function mapped<E>(get: Getter<E>, change: (text: string) => string | undefined): Getter<E> {
  return withValue(get, (value) => {
    if (typeof value === 'string') return change(value);
    const all = (value as readonly string[]).map(change).filter((text) => text !== undefined);
    return all.length === 0 ? undefined : all;
  });
}

/** Of a text in bytes, as in C. */
function lengthOf(value: Value): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : (value as readonly string[]).length;
}

function concatenated<E>(getters: readonly Getter<E>[]): Getter<E> {
  return (event, turn) => {
    let text = '';
    for (const get of getters) {
      const value = get(event, turn);
      if (value === undefined) return undefined;
      text += value as string;
    }
    return text;
  };
}
