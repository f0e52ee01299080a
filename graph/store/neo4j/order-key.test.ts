import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random, seeds } from '../../../test/property/random.ts';
import { orderKey } from './order-key.ts';

const edges = [0, 0x41, 0xd7ff, 0xe000, 0xe03f, 0xe040, 0xfffe, 0xffff, 0x10000, 0x1003f, 0x10fff, 0x11000, 0x10ffff];

test('keys compare by unit as texts do by code point, and tell texts apart', () => {
  for (const seed of seeds(3)) {
    const chance = random(seed);
    const text = () => String.fromCodePoint(...Array.from({ length: chance.integer(4) }, () => chance.pick(edges)));
    for (let i = 0; i < 5_000; i++) {
      const [a, b] = [text(), text()];
      const [left, right] = [orderKey(a), orderKey(b)];
      const byUnit = left < right ? -1 : Number(left > right);
      assert.equal(
        byUnit,
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
        `PORTOLAN_SEED=${seed}: ${JSON.stringify([a, b])}`,
      );
    }
  }
});
