import type { Payload } from './record.ts';

const slotBits = 10;
const slotWords = 32;

/**
 * Texts that come again and again, as paths do: found by their bytes, four at a time, a text costs a sixth of what decoding it
 * does, and no memory. A text that comes for the second time takes the place of another, so that a flood of those that come once
 * displaces none; those that are long or begin at an odd place are just decoded.
 */
export class Texts {
  readonly #words = new Uint32Array(slotWords << slotBits);
  readonly #lengths = new Uint32Array(1 << slotBits);
  /** Hash of the last text that was not there. */
  readonly #missed = new Int32Array(1 << slotBits);
  readonly #texts: string[] = new Array<string>(1 << slotBits).fill('');

  /** The UTF-8 text at `start`, of `length` bytes, in a payload that has them. */
  at(payload: Payload, start: number, length: number): string {
    const { u32 } = payload;
    const from = start >> 2;
    const whole = length >> 2;
    const words = (length + 3) >> 2;
    if (start % 4 !== 0 || words > slotWords || from + words > u32.length) return payload.text(start, length);
    const last = words === whole ? 0 : (u32[from + whole] as number) & ((1 << (8 * (length & 3))) - 1);
    let hash = length;
    for (let word = 0; word < whole; word++) hash = mixed(hash, u32[from + word] as number);
    hash = mixed(hash, last);
    const slot = hash >>> (32 - slotBits);
    if (this.#lengths[slot] !== length || !this.#has(slot, u32, from, whole, last)) {
      if (this.#missed[slot] !== hash) {
        this.#missed[slot] = hash;
        return payload.text(start, length);
      }
      for (let word = 0; word < whole; word++) this.#words[slot * slotWords + word] = u32[from + word] as number;
      if (whole < slotWords) this.#words[slot * slotWords + whole] = last;
      this.#lengths[slot] = length;
      this.#texts[slot] = payload.text(start, length);
    }
    return this.#texts[slot] as string;
  }

  #has(slot: number, u32: Uint32Array, from: number, whole: number, last: number): boolean {
    const place = slot * slotWords;
    if (whole < slotWords && this.#words[place + whole] !== last) return false;
    // From the end, as paths differ there.
    for (let word = whole - 1; word >= 0; word--) if (this.#words[place + word] !== u32[from + word]) return false;
    return true;
  }
}

/** A step of a multiplicative hash, whose upper bits are the good ones. */
function mixed(hash: number, word: number): number {
  return Math.imul(hash ^ word, 0x9e3779b1);
}
