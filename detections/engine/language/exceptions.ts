import type { ExceptionDefinition, ExceptionValue, ItemText } from '../files/definitions.ts';
import { type Mark, RuleError } from '../problem.ts';
import { type Comparison, type Expression, type Literal, listOperators, type Operand, type Operator } from './ast.ts';
import { parseOperand } from './parse-operand.ts';
import { comparison, literalOf } from './resolve.ts';
import { Scanner } from './scanner.ts';

function isMany<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

/** The condition of a rule with its exceptions: `(condition) and not (exception) and not ...`. */
export function withExceptions(condition: Expression, exceptions: readonly ExceptionDefinition[]): Expression {
  const excepted = exceptions.flatMap((exception) => {
    const of = exceptionCondition(exception);
    return of === null ? [] : [{ kind: 'not', of } as const];
  });
  return excepted.length === 0 ? condition : { kind: 'and', of: [condition, ...excepted] };
}

/** What exceptions compare, of those without values as well: whoever writes one wants to know that it is wrong. */
export function exceptedOperands(exceptions: readonly ExceptionDefinition[]): readonly Operand[] {
  return exceptions.flatMap(({ name, fields }) =>
    (isMany(fields) ? fields : fields === null ? [] : [fields]).map((field) => operandOf(name, field)),
  );
}

function exceptionCondition({ name, fields, operators, values }: ExceptionDefinition): Expression | null {
  if (fields === null) return null;
  if (isMany(fields)) {
    const by = tupleOperators(name, fields, operators);
    const of = values.map((value) => tuple(name, fields, by, value));
    return of.length < 2 ? (of[0] ?? null) : { kind: 'or', of };
  }
  const operator = operators ?? 'in';
  if (isMany(operator) || !isListOperator(operator))
    return fail(name, 'a single field is compared by in, pmatch or intersects', fields.mark);
  if (values.length === 0) return null;
  const items = values.map((value) =>
    isMany(value) ? fail(name, 'a single field takes a list of values, not of lists', fields.mark) : literalOf(value),
  );
  return comparison(operandOf(name, fields), operator, { kind: 'list', items, mark: (items[0] as Literal).mark });
}

function tupleOperators(
  name: string,
  fields: readonly ItemText[],
  operators: ExceptionDefinition['operators'],
): readonly Operator[] {
  const by = operators ?? fields.map((): Operator => '=');
  if (isMany(by) && by.length === fields.length) return by;
  const message = `‘comps’ must have as many operators as ‘fields’ has fields: ${fields.length}`;
  return fail(name, message, (fields[0] as ItemText).mark);
}

function tuple(name: string, fields: readonly ItemText[], by: readonly Operator[], value: ExceptionValue): Expression {
  const mark = (fields[0] as ItemText).mark;
  if (!isMany(value) || value.length !== fields.length)
    return fail(name, `each of ‘values’ must have as many items as ‘fields’ has fields: ${fields.length}`, mark);
  const of = fields.map((field, index): Comparison => {
    const item = value[index] as ItemText;
    const operator = by[index] as Operator;
    const right = isListOperator(operator) ? listOf(item) : literalOf(item);
    return comparison(operandOf(name, field), operator, right);
  });
  return of.length === 1 ? (of[0] as Expression) : { kind: 'and', of };
}

function isListOperator(operator: Operator): boolean {
  return (listOperators as readonly string[]).includes(operator);
}

function operandOf(name: string, { text, mark }: ItemText): Operand {
  const scanner = new Scanner({ text, place: mark.source.place });
  const operand = parseOperand(scanner);
  if (operand === null || !scanner.done) return fail(name, `‘${text}’ is no field`, mark);
  return operand;
}

/** `(a, b)`, or one item, or the name of a list. */
function listOf(item: ItemText): Comparison['right'] & { kind: 'list' } {
  const { text, mark } = item;
  if (!text.startsWith('(')) return { kind: 'list', items: [literalOf(item)], mark };
  const source = { text, place: mark.source.place };
  const scanner = new Scanner(source);
  const items: Literal[] = [];
  scanner.takeText('(');
  scanner.skipBlanks();
  while (!scanner.takeText(')')) {
    const quoted = scanner.takeQuoted();
    const itemText = quoted ?? scanner.take(/[^()"'\s=,]+/y);
    if (itemText === null) scanner.fail(`expected a value of the list and found ${scanner.found}`);
    items.push({ kind: 'literal', text: itemText ?? '', bare: quoted === null, mark });
    scanner.skipBlanks();
    scanner.takeText(',');
    scanner.skipBlanks();
  }
  return { kind: 'list', items, mark };
}

function fail(name: string, message: string, mark: Mark): never {
  throw new RuleError(`exception ${name}: ${message}`, mark);
}
