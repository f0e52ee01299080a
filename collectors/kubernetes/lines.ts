/** The API server stores at most 1.5 MiB an object; a watch event is one, in JSON, with escapes. */
const maxLineLength = 16 * 1024 * 1024;

/**
 * The whole lines of a stream of bytes, in groups as they arrive together. What follows the last line feed is dropped:
 * the connection broke within it. Throws on a line of more than 16 MiB.
 */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const found: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      parts.push(chunk.subarray(start, end));
      found.push(Buffer.concat(parts).toString('utf8'));
      parts = [];
      length = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      parts.push(chunk.subarray(start));
      length += chunk.length - start;
      if (length > maxLineLength) throw new Error('a line is longer than 16 MiB');
    }
    if (found.length > 0) yield found;
  }
}
