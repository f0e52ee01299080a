import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { test } from 'node:test';
import { decoder } from '../../sensor/decode.ts';
import { ProcessTree } from '../../sensor/enrich/process-tree.ts';
import { askedFields, eventFields } from '../../sensor/events/fields.ts';
import { lineWriter } from '../../sensor/events/line.ts';
import { eventTypes } from '../../sensor/events/types.ts';
import { frameReader } from '../../sensor/frames/frame-reader.ts';
import { encodeEvent, encodeFrame } from '../../sensor/frames/testing/encode.ts';
import { type Random, random, seeds } from '../property/random.ts';

// docs/protocol/sensor.md: nothing that arrives ends the reader, and what is not used is counted.

const naming = { time: String, user: () => undefined, group: () => undefined, host: () => undefined };
const frames = 1_000_000;
const rounds = 100;

/** An event of a random type whose body is noise of a random length. */
function noise({ integer, chance, pick }: Random): Buffer {
  const body = Buffer.alloc(chance(0.1) ? integer(8) : integer(300));
  for (let at = 0; at < body.length; at++) body[at] = chance(0.5) ? integer(4) : integer(256);
  const type = chance(0.05) ? integer(70) : pick(Object.values(eventTypes));
  return encodeEvent({ type, pid: integer(100), start: integer(3), cgroup: integer(5), count: integer(4), body });
}

function damaged(frame: Buffer, { integer, pick }: Random): readonly Buffer[] {
  const copy = Buffer.from(frame);
  const at = integer(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 + integer(255));
  return pick([
    [copy],
    [frame.subarray(0, at)],
    [frame, frame],
    [],
    [Buffer.from('PTLN'), frame],
    [copy.subarray(at), frame],
  ]);
}

for (const seed of seeds(1)) {
  test(`a million damaged and hostile frames, seed ${seed}`, () => {
    let passed = 0;
    let decoded = 0;
    const refused = { size: 0, type: 0, body: 0 };
    for (let round = 0; round < rounds; round++) {
      const source = random(seed * rounds + round);
      const { integer, chance, shuffle } = source;
      const payloads = Array.from({ length: 50 }, () =>
        Buffer.concat(Array.from({ length: integer(4) }, () => noise(source))),
      );
      const sent = new Map<number, Buffer>();
      const stream = Array.from({ length: frames / rounds }, (_, sequence) => {
        const payload = payloads[integer(payloads.length)] as Buffer;
        sent.set(sequence, payload);
        return encodeFrame('events', sequence, payload);
      }).flatMap((frame) => (chance(0.1) ? damaged(frame, source) : [frame]));
      for (let at = 0; at + 3 < stream.length; at += 50) stream.splice(at, 3, ...shuffle(stream.slice(at, at + 3)));

      const damage = { skippedBytes: 0, refused: 0, missing: 0 };
      const reader = frameReader(damage);
      const events = decoder(new ProcessTree(() => undefined), refused);
      const line = lineWriter(naming);
      const bytes = Buffer.concat(stream);
      let last = -1;
      let read = 0;
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + integer(65_536);
        for (const { sequence, payload } of reader.read(bytes.subarray(at, end))) {
          assert.ok(sequence > last, 'in order, each once');
          assert.deepEqual(payload, sent.get(sequence), 'as it was sent');
          last = sequence;
          read++;
          for (const event of [...events.decode(payload)].flat()) {
            decoded++;
            if (decoded % 100 === 0) {
              const fields = eventFields(event, naming);
              assert.deepEqual(JSON.parse(line(event)), JSON.parse(JSON.stringify(fields)));
              const asked = askedFields(event, naming);
              for (const name in fields) assert.equal(asked[name], fields[name]);
            }
          }
        }
        at = end;
      }
      // Every frame that was sent was read, refused, or missing; repeats and late ones are refused beyond that.
      assert.ok(read + damage.refused + damage.missing >= last + 1);
      assert.ok(read + damage.missing <= last + 1);
      assert.ok(damage.skippedBytes > 0 && damage.refused > 0 && damage.missing > 0);
      passed += read;
    }
    assert.ok(passed > 0.8 * frames && decoded > 0);
    assert.ok(refused.type > 0 && refused.body > 0);
  });
}

test('sizes that make no sense end the frame, and only that', () => {
  const refused = { size: 0, type: 0, body: 0 };
  const { decode } = decoder(new ProcessTree(() => undefined), refused);
  const good = encodeEvent({ type: eventTypes.exit, body: Buffer.alloc(8) });
  for (const size of [0, 63, 73, 0xffffffff]) {
    const bad = Buffer.from(good);
    bad.writeUInt32LE(size, 0);
    assert.equal([...decode(Buffer.concat([good, bad]))].flat().length, 1, `size ${size}`);
  }
  assert.deepEqual(refused, { size: 4, type: 0, body: 0 });
  assert.equal([...decode(randomFillSync(Buffer.alloc(40)))].length, 0);
});
