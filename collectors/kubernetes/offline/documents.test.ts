import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random, seeds } from '../../../test/property/random.ts';
import { documents } from './documents.ts';
import { parseYaml } from './yaml.ts';

/** Each document as its value, or as `line: message`. Empty ones are left out. */
function read(text: string): readonly unknown[] {
  return [...documents(text)].flatMap(({ line, value, message }) => {
    if (message !== undefined) return [`${line}: ${message}`];
    return value === undefined || value === null ? [] : [value];
  });
}

test('reads several YAML documents, whatever separates them', () => {
  assert.deepEqual(
    read('a: 1\n---\na: 2\n--- # note\na: 3\n...\n# end\n---\n\n---\n{a: 4}\n'),
    [1, 2, 3, 4].map((a) => ({ a })),
  );
  assert.deepEqual(read('%YAML 1.1\n---\na: on\n'), [{ a: true }]);
  assert.deepEqual(read('a: |\n  ---\n  text\n'), [{ a: '---\ntext\n' }]);
  assert.deepEqual(read('\ufeffa: 1\r\n---\r\na: 2\r\n').slice(1), [{ a: 2 }]);
  assert.deepEqual(read('# nothing\n---\n'), []);
});

test('reads JSON: one document, several, one a line, arrays', () => {
  assert.deepEqual(read(' {"a": 1}\n'), [{ a: 1 }]);
  assert.deepEqual(read('{\n  "a": 1\n}\n{\n  "a": 2\n}\n'), [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(read('{"a": 1}\n{"a": 2}\n\n{"a": 3}'), [{ a: 1 }, { a: 2 }, { a: 3 }]);
  assert.deepEqual(read('[\n{"a": 1},\n{"a": 2}\n]'), [[{ a: 1 }, { a: 2 }]]);
  assert.deepEqual(read('{"a": 1}\n---\n{"a": 2}\n'), [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(read('{a: 1}'), [{ a: 1 }]);
});

test('a broken document takes none of its neighbours with it, and its line is told', () => {
  assert.deepEqual(read('a: 1\n---\n\na: {\n---\na: 3\n'), [
    { a: 1 },
    '4: broken YAML: Flow map in block collection must be sufficiently indented and end with a }',
    { a: 3 },
  ]);
  assert.deepEqual(read('{"a": 1}\n{"a": 2\n{"a": 3}\n'), [
    { a: 1 },
    "2: broken JSON: Expected ',' or '}' after property value",
    { a: 3 },
  ]);
  assert.deepEqual(read('a: 1\na: 2\n'), ['2: a key is there twice; the last one counts']);
});

test('the items of a List are read apart, with their own lines', () => {
  const list = (indent: string): string =>
    [
      'apiVersion: v1',
      'items:',
      `${indent}- kind: A`,
      `${indent}  text: |`,
      `${indent}    - no item`,
      `${indent}-`,
      `${indent}  kind: B`,
      `${indent}- kind: "C`,
      `${indent}- kind: D # last`,
      'kind: List',
      'metadata: {}',
    ].join('\n');
  for (const indent of ['', '  ']) {
    const wrap = (item: object): object => ({ apiVersion: 'v1', kind: 'List', metadata: {}, items: [item] });
    assert.deepEqual(read(list(indent)), [
      wrap({ kind: 'A', text: '- no item\n' }),
      wrap({ kind: 'B' }),
      '8: broken YAML: Missing closing "quote',
      wrap({ kind: 'D' }),
    ]);
  }
});

test('reads scalars as kubectl does', () => {
  const text =
    '{a: y, b: n, c: on, d: Off, e: 0644, f: 0o17, g: 1:30, h: 2001-01-01, i: 1_000, j: 0x1F, k: ~, l: 1e3, o: 0b11, q: NO, r: "yes", v: 089}';
  // What `kubectl annotate --local -o json` of v1.36.3 makes of the same.
  assert.deepEqual(parseYaml(text, 1).value, {
    a: true,
    b: false,
    c: true,
    d: false,
    e: 420,
    f: 15,
    g: '1:30',
    h: '2001-01-01',
    i: 1000,
    j: 31,
    k: null,
    l: 1000,
    o: 3,
    q: false,
    r: 'yes',
    v: 89,
  });
});

test('refuses aliases without end, nesting without end, and what is too long', () => {
  const bomb = Array.from({ length: 12 }, (_, i) => `a${i}: &a${i} [${Array(10).fill(i === 0 ? 'x' : `*a${i - 1}`)}]`);
  assert.match(String(parseYaml(bomb.join('\n'), 1).message), /Excessive alias count/);
  assert.match(String(parseYaml('['.repeat(100_000), 1).message), /broken YAML/);
  assert.match(String(parseYaml('x'.repeat(17 << 20), 1).message), /longer than 16 MiB: split it/);
});

test('no message quotes the text, which may be a secret', () => {
  for (const text of [
    '{"a": s3cret}',
    '{"a": "s3cret',
    'a: "s3cret',
    'a: s3cret: s3cret',
    'a: |s3cret',
    '{"a" s3cret}',
    '- b\ns3cret',
    '"s3cret" "s3cret"',
    'a: "\\s3cret"',
  ]) {
    for (const { message } of documents(text)) assert.ok(message?.includes('s3cret') !== true, `${text}: ${message}`);
  }
});

test('any text is read to its end without throwing', () => {
  const parts = [
    '---',
    '...',
    '\n',
    '\r\n',
    ' ',
    '  ',
    'items:',
    '- ',
    'kind: List',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    ': ',
    '#',
    '&a',
    '*a',
    '|',
    '>',
    '%',
    '\t',
    'a',
    '\0',
    '!!binary',
    '<<',
  ];
  for (const seed of seeds(600)) {
    const source = random(seed);
    const text = Array.from({ length: source.integer(40) }, () => source.pick(parts)).join('');
    try {
      for (const { line } of documents(text)) assert.ok(line >= 1 && line <= text.split('\n').length, `line ${line}`);
    } catch (error) {
      throw new Error(`seed ${seed}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
});
