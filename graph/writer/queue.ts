/** First in, first out, in constant time. */
export class Queue<T> {
  #items: T[] = [];
  #taken = 0;

  put(item: T): void {
    this.#items.push(item);
  }

  take(): T | undefined {
    if (this.#taken < this.#items.length) return this.#items[this.#taken++];
    this.#items = [];
    this.#taken = 0;
    return undefined;
  }
}
