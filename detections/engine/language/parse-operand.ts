import { type FieldReference, type Literal, type Operand, type Transformation, transformers } from './ast.ts';
import type { Scanner } from './scanner.ts';

const fieldName = /[a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+/y;
const bareArgument = /[^\][\s"']+/y;
const transformerName = new RegExp(`(?:${transformers.join('|')})(?=\\()`, 'y');
const number = /(?:0[xX][0-9a-fA-F]+|[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)/y;

const mostNested = 16;

/** A field or a transformation of fields; null if neither stands here. */
export function parseOperand(scanner: Scanner): Operand | null {
  return parseTransformation(scanner, 0) ?? parseField(scanner);
}

function parseField(scanner: Scanner): FieldReference | null {
  const mark = scanner.mark;
  const name = scanner.take(fieldName);
  return name === null ? null : { kind: 'field', name, argument: parseArgument(scanner, name), mark };
}

/** What stands in brackets after a name, null without brackets. */
function parseArgument(scanner: Scanner, name: string): string | null {
  if (!scanner.takeText('[')) return null;
  const argument = scanner.takeQuoted() ?? scanner.take(bareArgument);
  if (argument === null)
    scanner.fail(
      `expected the argument of ${name}, such as ${name}[1] or ${name}["a key"], and found ${scanner.found}`,
    );
  if (!scanner.takeText(']')) scanner.fail(`expected ‘]’ after the argument of ${name} and found ${scanner.found}`);
  return argument;
}

function parseTransformation(scanner: Scanner, depth: number): Transformation | null {
  const mark = scanner.mark;
  const name = scanner.take(transformerName) as Transformation['name'] | null;
  if (name === null) return null;
  if (depth === mostNested) scanner.fail(`more than ${mostNested} transformers in one another`, mark);
  scanner.takeText('(');
  const of: (Operand | Literal)[] = [];
  do {
    scanner.skipBlanks();
    of.push(parseTransformed(scanner, name, depth));
    scanner.skipBlanks();
  } while (scanner.takeText(','));
  if (!scanner.takeText(')')) scanner.fail(`expected ‘)’ after what ${name} is applied to and found ${scanner.found}`);
  const argument = name === 'getopt' ? parseArgument(scanner, name) : null;
  return { kind: 'transformation', name, of, argument, mark };
}

function parseTransformed(scanner: Scanner, name: string, depth: number): Operand | Literal {
  const operand = parseTransformation(scanner, depth + 1) ?? parseField(scanner);
  if (operand !== null) return operand;
  const mark = scanner.mark;
  const text = scanner.takeQuoted() ?? scanner.take(number);
  if (text !== null) return { kind: 'literal', text, bare: false, mark };
  return scanner.fail(`expected a field or a transformer within ${name}() and found ${scanner.found}`);
}

/** `val(field)`, or a transformation, as a right side; null if neither stands here. */
export function parseRightOperand(scanner: Scanner): Operand | null {
  if (!scanner.takeText('val(')) return parseTransformation(scanner, 0);
  scanner.skipBlanks();
  const field = parseField(scanner);
  if (field === null) return scanner.fail(`expected a field within val() and found ${scanner.found}`);
  scanner.skipBlanks();
  if (!scanner.takeText(')')) scanner.fail(`expected ‘)’ after the field of val() and found ${scanner.found}`);
  return field;
}

/** A number of a condition. */
export function parseNumber(scanner: Scanner): Literal | null {
  const mark = scanner.mark;
  const text = scanner.take(number);
  return text === null ? null : { kind: 'literal', text, bare: false, mark };
}
