import { comparedOf } from './compile/compared.ts';
import type { Field, Getter, Source, Value } from './fields/field.ts';
import { parseOperand } from './language/parse-operand.ts';
import { Scanner } from './language/scanner.ts';
import type { SourceText } from './problem.ts';

/** The output of a rule: text with fields in it. */
export interface OutputTemplate<E> {
  /** The text for an event, and the fields in it; a missing one is `<NA>` in the text and null among the fields. */
  readonly render: (
    event: E,
    turn: number,
  ) => { readonly text: string; readonly fields: Readonly<Record<string, Value | null>> };
}

interface FieldPart<E> {
  readonly name: string;
  readonly get: Getter<E>;
}

/**
 * Compiles `... %proc.name ... %ka.uri.param[command] ... %tolower(proc.exe) ...`.
 *
 * @throws RuleError for what follows a % and is no field
 */
export function outputTemplate<E>(output: SourceText, source: Source<E>): OutputTemplate<E> {
  const parts: (string | FieldPart<E>)[] = [];
  const { text } = output;
  const told: Source<E> = { ...source, field: (name) => asShown(source.field(name)) };
  // An asterisk in front once asked for output in spite of missing fields, which is the rule now.
  let at = text.length - text.replace(/^\s*\*?/, '').length;
  for (;;) {
    const next = text.indexOf('%', at);
    if (next === -1) break;
    parts.push(text.slice(at, next));
    const scanner = new Scanner(output, next + 1);
    // Stood for fields of the container, which outputs now name.
    if (scanner.takeText('container.info')) {
      at = scanner.offset;
      continue;
    }
    const operand = parseOperand(scanner);
    if (operand === null) return scanner.fail(`expected a field after % and found ${scanner.found}`);
    const { getters } = comparedOf(operand, told);
    parts.push({ name: text.slice(next + 1, scanner.offset), get: getters[0] as Getter<E> });
    at = scanner.offset;
  }
  parts.push(text.slice(at));
  return {
    render(event, turn) {
      const fields: Record<string, Value | null> = {};
      const pieces = parts.map((part) => {
        if (typeof part === 'string') return part;
        const value = part.get(event, turn) ?? null;
        fields[part.name] = value;
        return valueText(value);
      });
      return { text: pieces.join('').trim(), fields };
    },
  };
}

function asShown<E>(field: Field<E> | undefined): Field<E> | undefined {
  return field?.shown ? { ...field, getter: field.shown } : field;
}

function valueText(value: Value | null): string {
  if (value === null) return '<NA>';
  return typeof value === 'object' ? `(${value.join(',')})` : String(value);
}
