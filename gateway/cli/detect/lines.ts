/** A line of input, without its end. */
export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

const newline = 0x0a;

/** Splits bytes into lines. A line longer than `mostBytes` comes without its text, once: it is too long to be kept. */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  mostBytes: number,
): AsyncGenerator<Line | { readonly tooLong: number }> {
  let number = 1;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let skipping = false;
  for await (const chunk of chunks) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      const part = chunk.subarray(start, end === -1 ? chunk.length : end);
      if (!skipping && pendingBytes + part.length > mostBytes) {
        yield { tooLong: number };
        skipping = true;
        pending = [];
      }
      if (end === -1) {
        if (!skipping && part.length > 0) pending.push(part);
        pendingBytes += part.length;
        break;
      }
      if (!skipping)
        yield { text: pending.length === 0 ? part.toString() : Buffer.concat([...pending, part]).toString(), number };
      pending = [];
      pendingBytes = 0;
      skipping = false;
      number++;
      start = end + 1;
    }
  }
  if (!skipping && pendingBytes > 0) yield { text: Buffer.concat(pending).toString(), number };
}
