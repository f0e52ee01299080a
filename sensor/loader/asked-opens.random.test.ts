import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEvent } from '../../detections/engine/fields/syscall.ts';
import { loadRules } from '../../detections/engine/load.ts';
import { type Random, random, seeds } from '../../test/property/random.ts';
import { filterFor } from './asked-opens.ts';
import { defaultFilter, type Filter } from './orders.ts';
import { isTold, type Opened } from './testing/is-told.ts';

const parts = ['srv', 'a', 'ab', 'A', '.ssh', 'dev', 'null'];
const globs = ['*', 'a*', '*b', '?', '[ab]', 's*v', ...parts];
const types = ['open', 'openat', 'openat2', 'creat', 'execve', 'connect'];
const flags = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_CREAT', 'O_TRUNC', 'O_PATH'];
const pathFields = ['fd.name', 'fd.name', 'fs.path.name', 'evt.arg.name', 'fd.directory', 'fd.filename'];
const modes = ['evt.is_open_read', 'evt.is_open_write', 'evt.is_open_create', 'evt.is_open_exec'];

const base: Filter = {
  ...defaultFilter,
  readNames: ['A'],
  readIn: ['.ssh'],
  writes: { '/': false, '/dev/': true, '/dev/null': false },
};

function path(from: Random, among: readonly string[] = parts): string {
  return `/${Array.from({ length: 1 + from.integer(3) }, () => from.pick(among)).join('/')}`;
}

/** A path, or a piece of one, as rules name them. */
function piece(from: Random, operator: string): string {
  const whole = path(from, /glob|pmatch/.test(operator) && from.chance(0.6) ? globs : parts);
  if (from.chance(0.2)) return from.chance(0.2) ? '/' : `${whole}/`;
  if (from.chance(0.5)) return whole;
  const start = from.integer(whole.length);
  return whole.slice(start, start + 1 + from.integer(whole.length - start));
}

function list(from: Random, make: () => string): string {
  return `(${Array.from({ length: from.integer(4) }, () => `"${make()}"`).join(', ')})`;
}

/** Such as `= "a"`, `in ("a", "b")` and `startswith anyof ("a", "b")`. */
function comparison(from: Random, operators: readonly string[], make: (operator: string) => string): string {
  const operator = from.pick(operators);
  if (operator === 'in' || operator === 'pmatch') return `${operator} ${list(from, () => make(operator))}`;
  if (from.chance(0.2))
    return `${operator} ${from.pick(['anyof', 'oneof', 'allof'])} ${list(from, () => make(operator))}`;
  return `${operator} "${make(operator)}"`;
}

function pathCheck(from: Random): string {
  const texts = ['=', '=', 'in', 'in', '!=', 'glob', 'iglob', 'startswith', 'endswith', 'contains', 'pmatch'];
  const field = from.pick(pathFields);
  const make = (operator: string): string => (field === 'fd.filename' ? from.pick(globs) : piece(from, operator));
  return `${field} ${comparison(from, texts, make)}`;
}

function check(from: Random): string {
  const truth = (): string => from.pick(['true', 'false']);
  const kinds: readonly (() => string)[] = [
    () => pathCheck(from),
    () => pathCheck(from),
    () => `${from.pick(modes)} ${comparison(from, ['=', '!=', 'in'], truth)}`,
    () => `${from.pick(['evt.type', 'syscall.type'])} ${comparison(from, ['=', '!=', 'in'], () => from.pick(types))}`,
    () => `evt.arg.flags ${comparison(from, ['contains', '='], () => from.pick(flags))}`,
    () => `fd.typechar ${comparison(from, ['=', 'in'], () => from.pick(['f', '4']))}`,
    () => `evt.num ${comparison(from, ['=', 'in'], () => from.pick(['0', '1']))}`,
    () => from.pick(['fd.name exists', 'proc.name = cat', 'tolower(fd.name) = /a']),
  ];
  return from.pick(kinds)();
}

function condition(from: Random, depth: number): string {
  if (depth === 0 || from.chance(0.2)) return check(from);
  if (from.chance(0.25)) return `not (${condition(from, depth - 1)})`;
  const several = Array.from({ length: 2 + from.integer(2) }, () => `(${condition(from, depth - 1)})`);
  return several.join(from.chance(0.7) ? ' and ' : ' or ');
}

/** An open that succeeds, as the sensor tells of it. The flags are those that were asked for: what came of them is the mode. */
function open(from: Random): { readonly event: NodeEvent; readonly opened: Opened } {
  const [name, isRead, isWritten, isMade] = [path(from), from.chance(0.6), from.chance(0.4), from.chance(0.2)];
  const event = {
    'evt.type': from.pick(types.slice(0, 4)),
    'evt.rawres': 3,
    'evt.arg.name': name,
    'evt.arg.flags': from.sample(flags, 3).join('|'),
    'evt.arg.mode': from.pick([0, 0o600, 0o755]),
    'evt.is_open_read': isRead,
    'evt.is_open_write': isWritten,
    'evt.is_open_create': isMade,
    'fd.name': name,
    'fd.typechar': 'f',
    'proc.name': from.pick(['cat', 'cp']),
  };
  return { event, opened: { path: name, isWritten: isWritten || isMade } };
}

// That rules fire as the plainest interpreter says is held by detections/engine/random-conditions.test.ts.
test('whatever a random rule is true of is let through, or the rule is said to see a part of it', () => {
  let [letThrough, keptBack] = [0, 0];
  const rounds = seeds(20);
  for (const seed of rounds) {
    const from = random(seed);
    // Most name a file, or the kernel could tell apart next to none of them.
    const rules = Array.from(
      { length: 40 },
      () => `${from.chance(0.8) ? `${pathCheck(from)} and ` : ''}(${condition(from, 2)})`,
    );
    const text = rules.map(
      (rule, index) => `- rule: r${index}\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: >\n    ${rule}\n`,
    );
    const { engines, problems } = loadRules([{ name: 'random', text: text.join('') }]);
    assert.deepEqual(problems, [], `seed ${seed}`);
    // Each by itself, so that none is helped by what another asks for.
    const each = engines.syscall.rules.map((rule) => [rule.name, filterFor(base, [rule])] as const);
    const filters = new Map(each);
    for (let count = 0; count < 150; count++) {
      const { event, opened } = open(from);
      for (const { name } of engines.syscall.match(event)) {
        const { filter, inPart } = filters.get(name) ?? assert.fail(name);
        if (inPart.length > 0) continue;
        if (!isTold(base, opened)) letThrough++;
        const rule = rules[Number(name.slice(1))];
        assert.ok(isTold(filter, opened), `seed ${seed}: ${rule}\nis true of ${JSON.stringify(event)}`);
      }
      keptBack += each.filter(([, { filter, inPart }]) => inPart.length === 0 && !isTold(filter, opened)).length;
    }
  }
  // It would hold of a filter that lets through all, and of one that calls every rule one that sees a part.
  assert.ok(letThrough >= 5 * rounds.length, `${letThrough} opens that only a rule asked for`);
  assert.ok(keptBack > letThrough, `${keptBack} opens that a rule did not ask for`);
});
