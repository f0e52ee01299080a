import assert from 'node:assert/strict';
import { test } from 'node:test';
import { payloadLimit } from './frame.ts';
import { frameReader } from './frame-reader.ts';
import { encodeFrame } from './testing/encode.ts';

// docs/protocol/sensor.md, section 2, "What a reader does".

const payload = (sequence: number): Buffer => Buffer.from(`payload ${sequence}`);
const frame = (sequence: number): Buffer => encodeFrame('events', sequence, payload(sequence));

function read(...chunks: readonly Buffer[]) {
  const damage = { skippedBytes: 0, refused: 0, missing: 0 };
  const reader = frameReader(damage);
  const sequences = chunks.flatMap((chunk) => reader.read(chunk).map(({ sequence }) => sequence));
  return { sequences, ...damage };
}

function broken(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x55;
  return copy;
}

const sound = { skippedBytes: 0, refused: 0, missing: 0 };

test('reads frames however the pipe cuts them', () => {
  const stream = Buffer.concat([0, 1, 2].map(frame));
  assert.deepEqual(read(stream), { sequences: [0, 1, 2], ...sound });
  const bytes = [...stream].map((byte) => Buffer.from([byte]));
  assert.deepEqual(read(...bytes), { sequences: [0, 1, 2], ...sound });
});

test('skips what is no header, to the next magic (rule 1)', () => {
  assert.deepEqual(read(Buffer.from('garbage PTL PTLN and so on'), frame(0)), {
    sequences: [0],
    ...sound,
    skippedBytes: 26,
  });
  for (let at = 0; at < 24; at++) {
    const { sequences, missing, refused, skippedBytes } = read(frame(0), broken(frame(1), at), frame(2));
    assert.deepEqual(sequences, [0, 2], `byte ${at}`);
    assert.deepEqual({ missing, refused, skippedBytes }, { missing: 1, refused: 0, skippedBytes: frame(1).length });
  }
  const huge = encodeFrame('events', 0, Buffer.alloc(payloadLimit + 1));
  assert.deepEqual(read(huge, frame(0)), { sequences: [0], ...sound, skippedBytes: huge.length });
});

test('refuses a frame whose payload is another, and goes on behind it (rule 2)', () => {
  assert.deepEqual(read(frame(0), broken(frame(1), 30), frame(2)), { sequences: [0, 2], ...sound, refused: 1 });
});

test('refuses a frame of an unknown type (rule 3)', () => {
  assert.deepEqual(read(frame(0), encodeFrame(99, 1, payload(1)), frame(2)), {
    sequences: [0, 2],
    ...sound,
    refused: 1,
  });
});

test('counts what is missing, refuses what comes again or late (rule 4)', () => {
  assert.deepEqual(read(frame(0), frame(5)), { sequences: [0, 5], ...sound, missing: 4 });
  assert.deepEqual(read(frame(0), frame(0)), { sequences: [0], ...sound, refused: 1 });
  assert.deepEqual(read(frame(0), frame(2), frame(1), frame(3)), {
    sequences: [0, 2, 3],
    ...sound,
    missing: 1,
    refused: 1,
  });
});

test('goes on after the last sequence number with the first', () => {
  const damage = { ...sound };
  const reader = frameReader(damage);
  // From 0 to the end in two steps that each count as forward.
  for (const sequence of [0x7fffffff, 0xfffffffe, 0xffffffff, 0, 1]) reader.read(frame(sequence));
  assert.deepEqual(damage, { ...sound, missing: 0xfffffffd });
});

test('a frame that was cut is waited for', () => {
  assert.deepEqual(read(frame(0).subarray(0, 30)), { sequences: [], ...sound });
});
