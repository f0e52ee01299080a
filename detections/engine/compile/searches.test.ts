import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RE2JS } from 're2js';
import { random } from '../../../test/property/random.ts';
import { requiredTexts } from './required-texts.ts';
import { containsAny } from './substrings.ts';

const seed = Number(process.env.PORTOLAN_SEED ?? 1);

function textOf(from: ReturnType<typeof random>, letters: string, most: number): string {
  return Array.from({ length: from.integer(most + 1) }, () => from.pick([...letters])).join('');
}

test(`texts are found by an automaton as they are one by one (seed ${seed})`, () => {
  const from = random(seed);
  for (let round = 0; round < 3000; round++) {
    const texts = Array.from({ length: 1 + from.integer(8) }, () => textOf(from, 'abcé', 4));
    const contains = containsAny(texts);
    for (let time = 0; time < 5; time++) {
      const text = textOf(from, 'abcdé', 12);
      assert.equal(
        contains(text),
        texts.some((part) => text.includes(part)),
        JSON.stringify([texts, text]),
      );
    }
  }
});

/** Pieces of patterns, each with texts that it matches. */
const pieces: readonly (readonly [string, ...string[]])[] = [
  ['ab', 'ab'],
  ['c', 'c'],
  ['.*', '', 'xab'],
  ['.', 'q'],
  ['b+', 'b', 'bb'],
  ['c+?', 'c'],
  ['a?', '', 'a'],
  ['b*', '', 'bb'],
  ['a{2}', 'aa'],
  ['c{0,1}', '', 'c'],
  ['[.]', '.'],
  ['[^/]+', 'ab'],
  ['\\.', '.'],
  ['(ab|c)', 'ab', 'c'],
  ['(?:a(b|\\))c)?', '', 'abc', 'a)c'],
  ['([)a]|b){2}', ')b', 'aa'],
];

test(`whatever matches a regular expression contains a required text (seed ${seed})`, () => {
  const from = random(seed);
  let asked = 0;
  for (let round = 0; round < 4000; round++) {
    const alternatives = Array.from({ length: from.chance(0.3) ? 2 : 1 }, () =>
      Array.from({ length: 1 + from.integer(5) }, () => from.pick(pieces)),
    );
    const pattern = alternatives.map((chosen) => chosen.map(([piece]) => piece).join('')).join('|');
    const required = requiredTexts(pattern);
    if (required === null) continue;
    const text = from
      .pick(alternatives)
      .map(([, ...texts]) => from.pick(texts))
      .join('');
    assert.ok(RE2JS.compile(pattern).testExact(text), `${pattern} ${text}`);
    assert.ok(containsAny(required)(text), `${pattern} matches ${text} without ${required.join(' or ')}`);
    asked++;
  }
  assert.ok(asked > 500, `${asked}`);
});

test('required texts are those of the top level', () => {
  const cases: readonly (readonly [string, readonly string[] | null])[] = [
    ['(?s).*base64 (-d|-D).*[|] *sh', ['base64 ']],
    ['.*/[.]ssh/id_[a-z]+', ['/.ssh/id_']],
    ['ab+c\\.de?', ['c.d']],
    ['curl.*sh|wget.*', ['curl', 'wget']],
    ['(?i)curl', null],
    ['curl|w', null],
    ['(a|b)', null],
    ['\\d+abc', null],
  ];
  for (const [pattern, expected] of cases) assert.deepEqual(requiredTexts(pattern), expected, pattern);
});
