import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random, seeds } from '../../test/property/random.ts';
import { Payload } from './record.ts';
import { Texts } from './texts.ts';

for (const seed of seeds(3)) {
  test(`a text is what its bytes say, however often it came before, seed ${seed}`, () => {
    const { integer, chance } = random(seed);
    const texts = new Texts();
    // Few different bytes, so that texts are equal, differ at their end only, and meet in a slot.
    const bytes = Buffer.from(Array.from({ length: 4_003 }, () => (chance(0.9) ? 97 : 98 + integer(2))));
    const payload = new Payload(bytes);
    for (let round = 0; round < 50_000; round++) {
      const start = chance(0.1) ? integer(bytes.length) : 4 * integer(bytes.length >> 2);
      const length = Math.min(bytes.length - start, chance(0.9) ? integer(12) : integer(200));
      assert.equal(texts.at(payload, start, length), bytes.toString('utf8', start, start + length));
    }
  });
}
