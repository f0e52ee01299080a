import type { LineCounter, Scalar } from 'yaml';
import type { Place, SourceText } from '../problem.ts';

/** A file while it is read. */
export interface FileText {
  readonly name: string;
  readonly text: string;
  readonly lines: LineCounter;
}

/** Where an offset of a file is. */
export function placeIn({ name, lines }: FileText, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { file: name, line, column: col };
}

const blank = /\s/;

/**
 * The text of a YAML scalar. Folding and chomping change blanks only, so what is not blank is found again in the file by
 * counting; in a quoted scalar with escapes that counting may end, and then the place is that of the scalar.
 */
export function scalarText(file: FileText, node: Scalar, text: string): SourceText {
  const [start = 0, end = 0] = node.range ?? [];
  const first = contentStart(file.text, start, node.type);
  return {
    text,
    place(offset) {
      let at = first;
      for (let index = 0; index <= offset && index < text.length; index++) {
        const character = text[index] as string;
        if (blank.test(character)) continue;
        while (at < end && blank.test(file.text[at] as string)) at++;
        if (file.text[at] !== character) return placeIn(file, start);
        if (index === offset) return placeIn(file, at);
        at++;
      }
      return placeIn(file, Math.min(at, end));
    },
  };
}

/** Past a quote, or past the header of a block such as `>-`. */
function contentStart(text: string, start: number, type: string | undefined): number {
  if (type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE') return start + 1;
  if (type !== 'BLOCK_FOLDED' && type !== 'BLOCK_LITERAL') return start;
  const header = text.indexOf('\n', start);
  return header === -1 ? start : header + 1;
}

/** Two texts with a blank between them, each of which keeps its places: what appending to a condition makes. */
export function joined(first: SourceText, second: SourceText): SourceText {
  const second0 = first.text.length + 1;
  return {
    text: `${first.text} ${second.text}`,
    place: (offset) => (offset < second0 ? first.place(offset) : second.place(offset - second0)),
  };
}
