import type { SourceText } from '../problem.ts';
import {
  type Comparison,
  type Expression,
  type Literal,
  type LiteralList,
  listOperators,
  type Modifier,
  modifiers,
  numberOperators,
  type Operand,
  type Operator,
  textOperators,
} from './ast.ts';
import { parseNumber, parseOperand, parseRightOperand } from './parse-operand.ts';
import { Scanner } from './scanner.ts';

const identifier = /[a-zA-Z]+[a-zA-Z0-9_]*/y;
const bareText = /[^()"'\s=,]+/y;
const notAndBlank = /not[ \t\b\r\n]+/y;
const symbol = /<=|<|>=|>|==|=|!=/y;
const word = /[a-z]+(?=[\s("'])/y;
const modifier = new RegExp(`(?:${modifiers.join('|')})(?=\\s*\\()`, 'y');

/** Conditions nest at most this deep: a file must not overflow the stack. */
const mostNested = 200;

/**
 * Parses a condition of Falco's language, as its reference does (falcosecurity/libs, userspace/libsinsp/filter/parser.h):
 * `or` binds least, then `and`, then `not`.
 *
 * @throws RuleError at the character where something else was expected
 */
export function parseCondition(source: SourceText): Expression {
  const scanner = new Scanner(source);
  scanner.skipBlanks();
  if (scanner.done) scanner.fail('the condition is empty: expected a check such as proc.name = bash');
  const expression = parseSeveral(scanner, 'or', 0);
  if (!scanner.done) scanner.fail(`expected ‘and’, ‘or’ or the end of the condition and found ${scanner.found}`);
  return expression;
}

function parseSeveral(scanner: Scanner, kind: 'and' | 'or', depth: number): Expression {
  const parsePart = (): Expression =>
    kind === 'or' ? parseSeveral(scanner, 'and', depth) : parseNegation(scanner, depth);
  scanner.skipBlanks();
  const of = [parsePart()];
  scanner.skipBlanks();
  while (scanner.takeText(kind)) {
    if (scanner.skipBlanks()) of.push(parsePart());
    else if (scanner.takeText('(')) of.push(parseParenthesis(scanner, depth));
    else scanner.fail(`expected a blank or ‘(’ after ‘${kind}’ and found ${scanner.found}`);
    scanner.skipBlanks();
  }
  return of.length === 1 ? (of[0] as Expression) : { kind, of };
}

function parseNegation(scanner: Scanner, depth: number): Expression {
  let negated = false;
  scanner.skipBlanks();
  while (scanner.take(notAndBlank) !== null) negated = !negated;
  if (scanner.takeText('not(')) {
    const of = parseParenthesis(scanner, depth);
    return negated ? of : { kind: 'not', of };
  }
  const of = parseCheck(scanner, depth);
  return negated ? { kind: 'not', of } : of;
}

function parseParenthesis(scanner: Scanner, depth: number): Expression {
  if (depth === mostNested) scanner.fail(`the condition nests more than ${mostNested} parentheses`);
  const expression = parseSeveral(scanner, 'or', depth + 1);
  if (!scanner.takeText(')')) scanner.fail(`expected ‘)’, ‘and’ or ‘or’ and found ${scanner.found}`);
  return expression;
}

function parseCheck(scanner: Scanner, depth: number): Expression {
  if (scanner.takeText('(')) return parseParenthesis(scanner, depth);
  const mark = scanner.mark;
  const left = parseOperand(scanner);
  if (left !== null) return parseComparison(scanner, left);
  const name = scanner.take(identifier);
  if (name === null)
    return scanner.fail(`expected a check (field operator value), a macro, ‘not’ or ‘(’, and found ${scanner.found}`);
  return { kind: 'macro', name, mark };
}

function parseComparison(scanner: Scanner, left: Operand): Expression {
  const { mark } = left;
  scanner.skipBlanks();
  if (scanner.take(/exists(?![a-zA-Z0-9_.])/y) !== null) return { kind: 'exists', left, mark };
  const operator = takeOperator(scanner);
  scanner.skipBlanks();
  const found = isList(operator) ? null : (scanner.take(modifier) as Modifier | null);
  scanner.skipBlanks();
  const right = isList(operator) || found !== null ? parseListValue(scanner) : parseValue(scanner, operator);
  return { kind: 'comparison', left, operator, modifier: found, right, mark };
}

const operators = [...numberOperators, ...textOperators, ...listOperators] as readonly string[];

function isList(operator: Operator): boolean {
  return (listOperators as readonly string[]).includes(operator);
}

function takeOperator(scanner: Scanner): Operator {
  const { offset, found } = scanner;
  const taken = scanner.take(symbol) ?? scanner.take(word);
  if (taken !== null && operators.includes(taken)) return taken as Operator;
  scanner.offset = offset;
  return scanner.fail(`expected an operator (one of exists ${operators.join(' ')}) and found ${found}`);
}

/** A value, a transformation, or val(field). */
export function parseValue(scanner: Scanner, operator: Operator): Comparison['right'] {
  const operand = parseRightOperand(scanner);
  if (operand !== null) return operand;
  const literal = (numberOperators as readonly string[]).includes(operator)
    ? parseNumber(scanner)
    : parseLiteral(scanner);
  return literal ?? scanner.fail(`expected a value after ‘${operator}’ and found ${scanner.found}`);
}

function parseLiteral(scanner: Scanner): Literal | null {
  const mark = scanner.mark;
  const quoted = scanner.takeQuoted();
  if (quoted !== null) return { kind: 'literal', text: quoted, bare: false, mark };
  const text = scanner.take(bareText);
  return text === null ? null : { kind: 'literal', text, bare: true, mark };
}

/** `(a, "b c", list)`, the name of a list, a transformation, or val(field). */
function parseListValue(scanner: Scanner): LiteralList | Operand {
  const mark = scanner.mark;
  if (scanner.takeText('(')) {
    const items: Literal[] = [];
    scanner.skipBlanks();
    if (scanner.takeText(')')) return { kind: 'list', items, mark };
    do {
      scanner.skipBlanks();
      const item = parseLiteral(scanner);
      if (item === null) return scanner.fail(`expected a value of the list and found ${scanner.found}`);
      items.push(item);
      scanner.skipBlanks();
    } while (scanner.takeText(','));
    if (!scanner.takeText(')')) scanner.fail(`expected ‘,’ or ‘)’ in the list and found ${scanner.found}`);
    return { kind: 'list', items, mark };
  }
  const operand = parseRightOperand(scanner);
  if (operand !== null) return operand;
  const name = scanner.take(identifier);
  if (name === null)
    return scanner.fail(`expected a list such as (a, b), or the name of one, and found ${scanner.found}`);
  return { kind: 'list', items: [{ kind: 'literal', text: name, bare: true, mark }], mark };
}
