import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { random, seeds } from '../../test/property/random.ts';
import type { NodeEvent } from './fields/syscall.ts';
import { auditEvent, load, ruleFile } from './testing/rules.ts';

const fixture = readFileSync(join(import.meta.dirname, 'testing/whole-language.yaml'), 'utf8');
const pieces = [
  ' and ',
  ' or ',
  'not ',
  '(',
  ')',
  '[',
  ']',
  '"',
  "'",
  '\\',
  ',',
  '=',
  '!=',
  'in',
  ' exists',
  '%',
  ':',
  '-',
  '\n',
];

test('whatever is done to a rule file, it is refused with a place or taken, and nothing throws', () => {
  for (const seed of seeds(150)) {
    const from = random(seed);
    let text = fixture;
    for (let count = 1 + from.integer(4); count > 0; count--) {
      const at = from.integer(text.length);
      const end = at + from.integer(from.chance(0.2) ? 200 : 4);
      text = text.slice(0, at) + (from.chance(0.6) ? from.pick(pieces) : '') + text.slice(end);
    }
    const { problems, engines } = load(text);
    const lines = text.split('\n').length;
    for (const { line, column, message } of problems) {
      assert.ok(
        line >= 1 && line <= lines + 1 && column >= 1 && message !== '',
        `seed ${seed}: ${line}:${column} ${message}`,
      );
    }
    engines.syscall.alerts({ 'evt.type': 'execve', 'proc.name': 'bash', 'proc.pname': 'nginx', 'container.id': 'a' });
  }
});

const values = [null, true, -1, 1e300, '', 'x', '\u0000', [], ['a', 1], {}, { a: { b: 1 } }] as const;
const nodeRules = ruleFile(
  `proc.name startswith a or fd.directory = /x or thread.cap_effective contains CAP or fd.ip = 1.2.3.4 or fd.net = ::/0
   or len(proc.cmdline) > 1 or evt.args contains x or proc.aname = a or fd.sport < 4 or evt.is_open_read = true
   or fd.name pmatch (/a) or fd.name glob "*[a]*" or proc.exe regex "a+" or b64(proc.exe) = a or evt.rawtime > 0`,
);

test('events of any shape are matched without throwing', () => {
  const { engines } = load(nodeRules);
  const names = [
    'evt.type',
    'evt.time',
    'proc.name',
    'fd.name',
    'fd.cip',
    'fd.sip',
    'fd.sport',
    'proc.cmdline',
    'proc.exe',
  ];
  const audits = load(
    ruleFile(
      `ka.req.pod.containers.image intersects (a) or ka.req.pod.volumes.hostpath intersects (a) or ka.uri.param[x] = y
       or ka.req.role.rules.verbs in (a) or ka.req.binding.subjects intersects (a) or jevt.value[/a/0/b] exists
       or ka.req.pod.containers.eff_run_as_user in (0) or ka.req.volume.hostpath[/x*] = true or ka.req.configmap.obj contains a`,
      'k8s_audit',
    ),
  );
  assert.deepEqual([...load(nodeRules).problems, ...audits.problems], []);
  for (const seed of seeds(150)) {
    const from = random(seed);
    const any = (depth: number): unknown => {
      if (depth === 0 || from.chance(0.3)) return from.pick(values);
      const keys = [
        'spec',
        'containers',
        'volumes',
        'rules',
        'subjects',
        'hostPath',
        'securityContext',
        'a',
        '0',
        'ports',
      ];
      if (from.chance(0.3)) return [any(depth - 1), any(depth - 1)];
      return Object.fromEntries(from.sample(keys, 5).map((key) => [key, any(depth - 1)]));
    };
    engines.syscall.alerts(Object.fromEntries(names.map((name) => [name, from.pick(values)])) as unknown as NodeEvent);
    const record = {
      verb: from.pick(['create', 'patch', 'get']),
      requestURI: '/a?%zz',
      requestObject: any(6),
      responseObject: any(4),
    };
    audits.engines.k8s_audit.alerts(auditEvent(record as Parameters<typeof auditEvent>[0]));
  }
});

test('what grows without bound is refused', () => {
  const doubling = Array.from(
    { length: 40 },
    (_, index) => `- macro: m${index + 1}\n  condition: m${index} or m${index}\n`,
  );
  const bomb = `- macro: m0\n  condition: evt.num = 0\n${doubling.join('')}${ruleFile('m40')}`;
  assert.match(load(bomb).problems[0]?.message ?? '', /expands to more than/);
  assert.match(load(ruleFile(`${'('.repeat(3000)}evt.num = 0`)).problems[0]?.message ?? '', /nests more than/);
  assert.match(load(ruleFile(`${'tolower('.repeat(3000)}`)).problems[0]?.message ?? '', /more than 16 transformers/);
  assert.match(
    load(ruleFile(`proc.name regex "${'a'.repeat(20_000)}"`)).problems[0]?.message ?? '',
    /more than 10000 char/,
  );
});
