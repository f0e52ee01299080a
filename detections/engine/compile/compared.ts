import type { Field, Getter, Source } from '../fields/field.ts';
import { nearNames } from '../fields/near-names.ts';
import type { FieldReference, Literal, Operand } from '../language/ast.ts';
import { RuleError, UnknownFieldError } from '../problem.ts';
import { type Compared, transformed } from './transform.ts';

/**
 * How the left side of a check is read.
 *
 * @throws UnknownFieldError RuleError
 */
export function comparedOf<E>(operand: Operand, source: Source<E>): Compared<E> {
  if (operand.kind === 'field') return comparedField(operand, source);
  const inputs = operand.of.map((input) => (input.kind === 'literal' ? constant<E>(input) : comparedOf(input, source)));
  return transformed(operand, inputs);
}

function constant<E>({ text }: Literal): Compared<E> {
  return { name: JSON.stringify(text), type: 'text', list: false, getters: [() => text] };
}

function comparedField<E>(reference: FieldReference, source: Source<E>): Compared<E> {
  const field = fieldOf(reference, source);
  const name = fieldText(reference);
  const { type, list } = field;
  if (field.anyOf === undefined || reference.argument !== null)
    return { name, type, list, getters: [field.getter(reference.argument)] };
  const getters = field.anyOf.map((part) => partGetter(part, source));
  return { name, type, list, getters };
}

/** A part of a field that stands for several: `fd.cip`, `proc.aname[1]`. */
function partGetter<E>(part: string, source: Source<E>): Getter<E> {
  const [, name = '', argument = null] = /^([^[]+)(?:\[(.*)\])?$/.exec(part) ?? [];
  const field = source.field(name);
  if (field === undefined) throw new Error(`${part} is no field of ${source.name}`);
  return field.getter(argument);
}

/**
 * The field of a reference, with an argument as it takes one.
 *
 * @throws UnknownFieldError RuleError
 */
export function fieldOf<E>({ name, argument, mark }: FieldReference, source: Source<E>): Field<E> {
  const field = source.field(name);
  if (field === undefined) {
    const near = nearNames(name, source.names);
    const hint = near.length === 0 ? '' : `: did you mean ${near.join(' or ')}?`;
    throw new UnknownFieldError(`the source ${source.name} has no field ‘${name}’${hint}`, mark);
  }
  if (argument === null && field.argument === 'required')
    throw new RuleError(`${name} needs an argument: ${name}[...]`, mark);
  if (argument !== null && field.argument === 'none') throw new RuleError(`${name} takes no argument`, mark);
  if (argument !== null && field.argument === 'index' && !/^\d{1,4}$/.test(argument))
    throw new RuleError(`the argument of ${name} must be a number from 0, not ‘${argument}’`, mark);
  return field;
}

/** As it is written: `proc.aname[2]`. */
export function fieldText({ name, argument }: FieldReference): string {
  return argument === null ? name : `${name}[${argument}]`;
}

/** The fields that an operand reads. */
export function* fieldsOf(operand: Operand | Literal): Generator<FieldReference> {
  if (operand.kind === 'field') yield operand;
  else if (operand.kind === 'transformation') for (const input of operand.of) yield* fieldsOf(input);
}
