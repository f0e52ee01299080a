import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random, seeds } from '../../../test/property/random.ts';
import { parseDns } from './message.ts';

/** A message of its header's flags, its counts, and the rest in hexadecimal. */
function message(flags: number, answers: number, hex: string): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(flags, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answers, 6);
  return Buffer.concat([header, Buffer.from(hex.replaceAll(' ', ''), 'hex')]);
}

const www = '03777777 076578616d706c65 00';
const question = `${www} 0001 0001`;
const ipv4 = 'c00c 0001 0001 00000001 0004 c0000201';

test('a question', () => {
  const expected = { response: false, name: 'www.example', type: 'A', code: 'NOERROR', answers: [] };
  assert.deepEqual(parseDns(message(0x0100, 0, question)), expected);
  assert.equal(parseDns(message(0x0100, 0, `${www} 0041 0001`))?.type, 'HTTPS');
  assert.equal(parseDns(message(0x0100, 0, `${www} 0fff 0001`))?.type, '4095');
  assert.equal(parseDns(message(0x0100, 0, '00 0002 0001'))?.name, '.');
});

test('an answer: addresses and names, through pointers', () => {
  const cname = 'c00c 0005 0001 00000001 0004 01 62 c010'; // b, then example
  const ipv6 = 'c00c 001c 0001 00000001 0010 20010db8000000000000000000000001';
  const found = parseDns(message(0x8180, 3, question + cname + ipv4 + ipv6));
  assert.deepEqual(found?.answers, ['b.example', '192.0.2.1', '2001:db8::1']);
  assert.equal(parseDns(message(0x8183, 0, question))?.code, 'NXDOMAIN');
  assert.equal(parseDns(message(0x818f, 0, question))?.code, '15');
});

test('names in lower case, with what is no name escaped', () => {
  assert.equal(parseDns(message(0, 0, '04 57772e0a 00 0001 0001'))?.name, 'ww\\046\\010');
});

test('what makes no sense is refused, and an answer that is cut ends the answers', () => {
  for (const hex of [
    '',
    '03',
    '0377',
    '4077',
    'c00c',
    'c0',
    `${www} 00`,
    '01 61 c00c',
    `${'3f'.padEnd(128, '61').repeat(5)}00`,
  ])
    assert.equal(parseDns(message(0, 0, hex)), undefined, hex);
  assert.equal(parseDns(Buffer.alloc(11)), undefined);
  const ends = [
    ['', 1],
    ['c00c', 1],
    [ipv4.slice(0, -2), 1],
    ['c00c 0001 0001 00000001 ffff 01', 1],
    [`${ipv4} c0ff`, 2],
  ] as const;
  for (const [answers, count] of ends)
    assert.equal(parseDns(message(0x8180, count, question + answers))?.answers.length, count - 1, answers);
  const many = parseDns(message(0x8180, 0xffff, question + ipv4.repeat(40)));
  assert.equal(many?.answers.length, 16);
});

for (const seed of seeds(5)) {
  test(`hostile bytes never throw and never yield long names, seed ${seed}`, () => {
    const { integer, chance, pick } = random(seed);
    const sound = message(0x8180, 2, question + ipv4 + ipv4);
    let parsed = 0;
    for (let round = 0; round < 20_000; round++) {
      const bytes = chance(0.5) ? Buffer.from(sound) : Buffer.alloc(integer(1024));
      if (bytes.length > 5) bytes.writeUInt16BE(1, 4);
      for (let change = integer(20); change > 0 && bytes.length > 0; change--)
        bytes[integer(bytes.length)] = chance(0.3) ? pick([0xc0, 0, 1, 63, 64, 0xff]) : integer(256);
      const found = parseDns(bytes.subarray(0, integer(bytes.length + 1)));
      if (!found) continue;
      parsed++;
      assert.ok(found.answers.length <= 16);
      for (const name of [found.name, ...found.answers]) assert.match(name, /^[\w\\.:-]{1,1100}$/);
    }
    assert.ok(parsed > 0);
  });
}
