import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { contentDigest } from '../../../sensor/publish/batch.ts';
import { decodeContent } from './decode.ts';
import { BatchError, readBatch } from './read-batch.ts';

const head = '{"instance":"b2d5c6a0-1f0e-4c55-9a3b-6f3a3c1d2e4f","sequence":7}\n';

test('a batch is read as it stands', () => {
  const text = `${head}{"class":"alert","first":3,"count":2,"missing":1}\n{"a":1}\n{"a":2}\n{"class":"event","first":9,"count":0,"missing":4}\n`;
  assert.deepEqual(readBatch(text), {
    instance: 'b2d5c6a0-1f0e-4c55-9a3b-6f3a3c1d2e4f',
    sequence: 7,
    sections: [
      { class: 'alert', first: 3, count: 2, missing: 1, records: ['{"a":1}', '{"a":2}'] },
      { class: 'event', first: 9, count: 0, missing: 4, records: [] },
    ],
  });
});

test('what is no batch is refused, with the line', () => {
  const section = (fields: string): string => `${head}{${fields}}\n`;
  const refused: readonly (readonly [string, RegExp])[] = [
    ['', /line 1|no end/],
    ['null\n', /line 1: is no JSON object/],
    ['{"instance":"../x","sequence":1}\n', /line 1: instance must be a UUID/],
    [head.replace('7', '0'), /line 1: sequence must be a whole number from 1/],
    [head.trimEnd(), /no end/],
    [section('"class":"secret","first":1,"count":0,"missing":0'), /line 2: class must be one of/],
    [section('"class":"alert","first":1,"count":1,"missing":0'), /line 2: fewer records follow/],
    [section('"class":"alert","first":1,"count":-1,"missing":0'), /line 2: count/],
    [section('"class":"alert","first":1.5,"count":0,"missing":0'), /line 2: first/],
    [section('"class":"alert","first":1,"count":1001,"missing":0') + '{}\n'.repeat(1001), /more than 1000 alerts/],
    [section('"class":"event","first":1,"count":5001,"missing":0') + '{}\n'.repeat(5001), /more than 5000 records/],
  ];
  for (const [text, message] of refused) {
    assert.throws(
      () => readBatch(text),
      (error) => error instanceof BatchError && message.test(error.message),
      text.slice(0, 120),
    );
  }
});

test('content that is not what its digest says, is no text, or swells beyond the limit, is refused', async () => {
  const bomb = zstdCompressSync(Buffer.alloc(64 << 20));
  assert.ok(bomb.length < 1 << 20);
  await assert.rejects(decodeContent(bomb, 'zstd', contentDigest(bomb)), BatchError);
  const binary = zstdCompressSync(Buffer.from([0xff, 0xfe]));
  await assert.rejects(decodeContent(binary, 'zstd', contentDigest(binary)), BatchError);
  const good = zstdCompressSync(Buffer.from(head));
  assert.equal(await decodeContent(good, 'zstd', contentDigest(good)), head);
  await assert.rejects(decodeContent(good, 'zstd', contentDigest(binary)), BatchError);
  await assert.rejects(decodeContent(good, 'gzip', contentDigest(good)), BatchError);
});
