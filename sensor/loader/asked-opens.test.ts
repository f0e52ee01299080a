import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../../detections/engine/load.ts';
import { filterFor } from './asked-opens.ts';
import { defaultFilter, type Filter } from './orders.ts';

const bare: Filter = {
  ...defaultFilter,
  readNames: ['shadow'],
  readIn: ['.ssh'],
  writes: { '/': false, '/etc/': true, '/etc/mtab': false },
};

function asked(condition: string, filter = bare) {
  const text = `- rule: r\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: ${condition}\n`;
  const { engines, problems } = loadRules([{ name: 'r', text }]);
  assert.deepEqual(problems, []);
  const found = filterFor(filter, engines.syscall.rules);
  const { readNames, readIn, writes } = found.filter;
  return {
    names: readNames.slice(1),
    in: readIn.slice(1),
    writes: Object.keys(writes).slice(3),
    inPart: found.inPart.length > 0,
  };
}

const nothing: ReturnType<typeof asked> = { names: [], in: [], writes: [], inPart: false };
const read = 'evt.type in (open, openat) and evt.is_open_read = true and';
const written = 'evt.type in (open, openat) and evt.is_open_write = true and';

test('what rules ask of opened files is let through, by what the kernel can tell apart', () => {
  const cases: Readonly<Record<string, Partial<typeof nothing>>> = {
    [`${read} fd.name = /srv/key.pem`]: { names: ['key.pem'] },
    [`${read} fd.name in (/etc/shadow, /home/a/.ssh/id)`]: {},
    [`${read} fd.filename in (a, b)`]: { names: ['a', 'b'] },
    [`${read} fd.directory = /srv/keys`]: { in: ['keys'] },
    [`${read} fd.name glob /proc/*/environ`]: { names: ['environ'] },
    [`${read} fd.name glob /srv/keys/*`]: { in: ['keys'], inPart: true },
    [`${read} fd.name iglob /srv/Key`]: { inPart: true },
    [`${read} fd.name = /srv/.ssh/key.pem`]: {},
    [`${read} fd.name endswith /.kube/config`]: { names: ['config'] },
    [`${read} fd.name endswith .pem`]: { names: ['.pem'], inPart: true },
    [`${read} fd.name startswith /srv/keys/`]: { in: ['keys'], inPart: true },
    [`${read} fd.name contains /.keys/`]: { in: ['.keys'], inPart: true },
    [`${read} fd.name contains key`]: { inPart: true },
    [`${read} proc.name = cat`]: { inPart: true },
    [`${read} fd.name = /${'x'.repeat(32)}`]: { inPart: true },
    [`${written} fd.name startswith /var/log/`]: { writes: ['/var/log/'] },
    [`${written} fd.name in (/etc/passwd, /srv/a)`]: { writes: ['/srv/a'] },
    [`${written} fd.name pmatch (/srv/a, /srv/*/b)`]: { writes: ['/srv/a', '/srv/'] },
    [`${written} fd.directory in (/srv/a)`]: { writes: ['/srv/a/'] },
    [`${written} fd.directory = /`]: { inPart: true },
    [`${written} fd.filename = a`]: { names: ['a'] },
    // A writer may read, too: of what is written here nothing is told but by prefix.
    'evt.type = openat and fd.name startswith /var/log/ and fd.filename = a': { names: ['a'], writes: ['/var/log/'] },
    // Within what is let through, something is not.
    [`${written} fd.name startswith /etc/`]: { inPart: true },
    [`${written} fd.name startswith /etc/s`]: {},
    // Each part of an alternative; of what must hold together, what bounds it best.
    [`${read} (fd.filename = a or fd.filename = b)`]: { names: ['a', 'b'] },
    [`${read} fd.filename in (a, b) and fd.filename = c`]: { names: ['c'] },
    [`${read} fd.filename = a and not fd.name startswith /srv/`]: { names: ['a'] },
    [`${read} not (fd.filename != a or proc.name = b)`]: { inPart: true },
    'not (not evt.type = openat or evt.is_open_write = true or not fd.filename = a)': { names: ['a'] },
  };
  for (const [condition, expected] of Object.entries(cases))
    assert.deepEqual(asked(condition), { ...nothing, ...expected }, condition);
});

test('rules that no opened file fulfils ask for none', () => {
  for (const condition of [
    'evt.type = execve and proc.name = a',
    'evt.type in (connect, accept) and fd.name contains a',
    `${read} evt.num = 0`,
    `${read} fd.typechar = 4`,
    `${read} not fd.typechar = f`,
  ])
    assert.deepEqual(asked(condition), nothing, condition);
});

test('a rule that asks of any type of event sees a part of the opens, and all of them where they are told of', () => {
  assert.equal(asked('proc.name = a').inPart, true);
  assert.equal(asked('proc.name = a', { ...bare, everyOpen: true }).inPart, false);
});

test('what is more than the kernel has room for opens the filter', () => {
  const many = Array.from({ length: 1001 }, (_, index) => `/srv/n${index}`).join(', ');
  const text = `- rule: r\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: ${read} fd.name in (${many})\n`;
  const { filter } = filterFor(bare, loadRules([{ name: 'r', text }]).engines.syscall.rules);
  assert.equal(filter.everyOpen, true);
});
