/**
 * Cypher compares strings by UTF-16 unit, the port by code point. They differ only where a character above the surrogates
 * (U+E000 to U+FFFF) meets one that is written with surrogates. Such texts get a key of characters that compare alike
 * both ways: those above the surrogates become two of them (lead U+E000 to U+E07F), the others three (lead U+E080 to
 * U+E17F), the rest stay.
 */
export function orderKey(text: string): string {
  return isPlain(text) ? text : text.replaceAll(/[\u{e000}-\u{10ffff}]/gu, encode);
}

/** Whether the text is its own key. */
export function isPlain(text: string): boolean {
  return !/[\ud800-\uffff]/.test(text);
}

function encode(character: string): string {
  const point = character.codePointAt(0) as number;
  if (point < 0x10000) return String.fromCharCode(0xe000 + ((point - 0xe000) >> 6), 0xe800 + (point & 0x3f));
  const rest = point - 0x10000;
  return String.fromCharCode(0xe080 + (rest >> 12), 0xe800 + ((rest >> 6) & 0x3f), 0xe800 + (rest & 0x3f));
}
