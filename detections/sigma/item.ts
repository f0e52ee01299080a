import type { YamlValue } from '../engine/files/yaml-item.ts';
import type { Comparison, FieldReference, Literal, Operand, Operator, Resolved } from '../engine/language/ast.ts';
import { LeftOutError, type Mark } from '../engine/problem.ts';
import type { LogSource, MappedField } from './fields.ts';
import { type Modifiers, patternsOf, readModifiers } from './modifiers.ts';
import { anyText, globOf, type Pattern, plainText } from './pattern.ts';

/** What fields are of, as the engine knows them. */
export interface FieldKinds {
  readonly typeOf: (name: string) => { readonly type: string; readonly list: boolean } | undefined;
  /** Whether rules are found by it. */
  readonly isIndex: (name: string) => boolean;
}

/**
 * One item of a selection (`CommandLine|contains: [a, b]`) as a condition of the engine.
 *
 * @throws RuleError
 */
export function itemCondition(key: string, value: YamlValue, log: LogSource, kinds: FieldKinds): Resolved {
  const [name = '', ...names] = key.split('|');
  const modifiers = readModifiers(names, value);
  const values = value.isList ? value.list() : [value];
  if (values.length === 0) value.fail(`${key} has no values`);
  if (log.absent.has(name))
    throw new LeftOutError(`no event here has the field ‘${name}’ of Sigma; the rule is left out`, value.mark);
  const mapped = log.field(name) ?? value.fail(`unknown field ‘${name}’ for events of this logsource`);
  const conditions = values.map((one) => of(one));
  const whole = conditions.length === 1 ? first(conditions) : any(conditions, modifiers.has('all') ? 'and' : 'or');
  return modifiers.has('neq') ? { kind: 'not', of: whole } : whole;

  function of(one: YamlValue): Resolved {
    const parts = mapped.names.map((field) => fieldCondition({ kind: 'field', ...field, mark: one.mark }, one));
    return any(parts, 'or');
  }

  function fieldCondition(field: FieldReference, one: YamlValue): Resolved {
    const kind = kinds.typeOf(field.name);
    if (kind === undefined) return one.fail(`there is no field ‘${field.name}’ in the source ${log.source}`);
    const text = one.scalar();
    if (modifiers.has('exists')) return presence(field, one.boolean());
    if (text === null) return presence(field, false);
    if (modifiers.has('fieldref')) return fieldReference(field, text, one);
    return valueCondition(field, kind.type, text, one);
  }

  function valueCondition(field: FieldReference, type: string, text: string, one: YamlValue): Resolved {
    const { mark } = one;
    const compared = (operator: Operator, right: string, left: Operand = field): Resolved =>
      comparison(left, operator, right, mark);
    if (modifiers.has('re')) return compared('regex', searching(text, modifiers));
    if (modifiers.has('cidr')) return compared('in', text, networkOf(field, mapped, one));
    const order = orders.find(([modifier]) => modifiers.has(modifier));
    if (order !== undefined) return ordered(field, type, order[1], text, one);
    if (type !== 'text' && type !== 'bytes') {
      if (modifiers.has('contains') || modifiers.has('startswith') || modifiers.has('endswith'))
        one.fail(`${name} is of the type ${type}, in which nothing can be searched`);
      return compared('=', mapped.opposite && type === 'boolean' ? opposite(text, one) : text);
    }
    // A public rule asks so; the authorizer says it in an annotation.
    if (field.name === 'ka.response.code' && /^allow$/i.test(text))
      return compared('=', 'allow', { ...field, name: 'ka.auth.decision' });
    return any(
      patternsOf(text, modifiers).map((pattern) => {
        // Rules are found by these fields, which are never written in capitals.
        const plain = kinds.isIndex(field.name) ? plainText(pattern) : undefined;
        return plain === undefined
          ? patternCondition(field, pattern, modifiers, mark)
          : compared('=', modifiers.has('cased') ? plain : plain.toLowerCase());
      }),
      'or',
    );
  }

  function ordered(field: FieldReference, type: string, operator: Operator, text: string, one: YamlValue): Resolved {
    if (!/^-?\d+(\.\d+)?$/.test(text)) one.fail(`${key} compares with a number, which ‘${text}’ is not`);
    // Codes are texts of three digits, in order as texts as well.
    if (type !== 'number' && !(field.name === 'ka.response.code' && /^\d{3}$/.test(text)))
      one.fail(`${name} is of the type ${type}, which has no order of numbers`);
    return comparison(field, operator, text, one.mark);
  }

  function fieldReference(field: FieldReference, text: string, one: YamlValue): Resolved {
    const [other, ...more] = log.field(text)?.names ?? [];
    if (other === undefined || more.length > 0) return one.fail(`unknown field ‘${text}’ for fieldref`);
    const search = (['contains', 'startswith', 'endswith'] as const).find((name) => modifiers.has(name));
    const fold = (operand: FieldReference): Operand =>
      modifiers.has('cased') || kinds.typeOf(operand.name)?.type !== 'text'
        ? operand
        : { kind: 'transformation', name: 'tolower', of: [operand], argument: null, mark: one.mark };
    const right = fold({ kind: 'field', ...other, mark: one.mark });
    return { kind: 'comparison', left: fold(field), operator: search ?? '=', modifier: null, right, mark: one.mark };
  }
}

function opposite(text: string, one: YamlValue): string {
  if (!/^(?:true|false)$/i.test(text)) one.fail(`expected true or false and found ‘${text}’`);
  return text.toLowerCase() === 'true' ? 'false' : 'true';
}

const orders = [
  ['gte', '>='],
  ['gt', '>'],
  ['lte', '<='],
  ['lt', '<'],
] as const;

function comparison(left: Operand, operator: Operator, text: string, mark: Mark): Comparison {
  const literal: Literal = { kind: 'literal', text, bare: false, mark };
  const right = operator === 'in' ? ({ kind: 'list', items: [literal], mark } as const) : literal;
  return { kind: 'comparison', left, operator, modifier: null, right, items: true, mark };
}

function presence(left: FieldReference, there: boolean): Resolved {
  const exists = { kind: 'exists', left, mark: left.mark } as const;
  return there ? exists : { kind: 'not', of: exists };
}

/** Sigma knows no case unless it is asked to. */
export function patternCondition(left: Operand, pattern: Pattern, modifiers: Modifiers, mark: Mark): Resolved {
  const [start, end] = [pattern[0], pattern.at(-1)];
  const inner = plainText(pattern.slice(1, -1));
  const cased = modifiers.has('cased');
  if (pattern.length === 1 && start === anyText) return { kind: 'exists', left, mark };
  if (!cased && inner !== undefined && pattern.length > 2 && start === anyText && end === anyText)
    return comparison(left, 'icontains', inner, mark);
  return comparison(left, cased ? 'glob' : 'iglob', globOf(pattern), mark);
}

/** Sigma searches, the engine matches whole values. */
function searching(pattern: string, modifiers: Modifiers): string {
  const flags = (
    [
      ['i', 'ignorecase'],
      ['m', 'multiline'],
      ['s', 'dotall'],
    ] as const
  )
    .filter((names) => names.some((name) => modifiers.has(name)))
    .map(([flag]) => flag)
    .join('');
  return `(?s:.*)(?${flags}:${pattern})(?s:.*)`;
}

function networkOf(field: FieldReference, { network }: MappedField, one: YamlValue): FieldReference {
  return network === undefined
    ? one.fail(`${field.name} holds no address that could be compared with a block`)
    : { ...field, name: network };
}

export function any(of: readonly Resolved[], kind: 'and' | 'or'): Resolved {
  return of.length === 1 ? first(of) : { kind, of };
}

function first(of: readonly Resolved[]): Resolved {
  return of[0] as Resolved;
}
