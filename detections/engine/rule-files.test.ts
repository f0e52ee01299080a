import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { NodeEvent } from './fields/syscall.ts';
import { problemText } from './problem.ts';
import { auditEvent, load } from './testing/rules.ts';

const fixture = readFileSync(join(import.meta.dirname, 'testing/whole-language.yaml'), 'utf8');

/** The names of the rules that node events fire. */
function fired(texts: readonly string[], event: NodeEvent): readonly string[] {
  const { engines, problems } = load(...texts);
  assert.deepEqual(problems.filter(({ severity }) => severity === 'error').map(problemText), []);
  return engines.syscall.match(event).map(({ name }) => name);
}

function errors(...texts: readonly string[]): readonly string[] {
  return load(...texts).problems.map(problemText);
}

test('a file that uses the whole language loads and works', () => {
  const { engines, problems, rules } = load(fixture);
  assert.deepEqual(problems.map(problemText), []);
  assert.deepEqual(
    rules.map(({ name, enabled, severity, techniques }) => [name, enabled, severity, techniques]),
    [
      ['Shell of a server', true, 'HIGH', ['T1059.004']],
      ['Off by default', false, 'INFORMATIONAL', []],
      ['Pod with a host path', true, 'MEDIUM', ['T1611']],
    ],
  );
  const shell: NodeEvent = {
    'evt.type': 'execve',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'proc.name': 'bash',
    'proc.pname': 'nginx',
    'proc.cmdline': 'bash -i',
    'container.id': 'abcdefabcdef',
  };
  assert.deepEqual(engines.syscall.alerts(shell), [
    {
      rule: 'Shell of a server',
      severity: 'HIGH',
      techniques: ['T1059.004'],
      time: '2026-01-02T03:04:05.000000006Z',
      output: 'A shell (command=bash -i parent=nginx) in abcdefabcdef, terminal <NA>, upper BASH',
      fields: {
        'proc.cmdline': 'bash -i',
        'proc.pname': 'nginx',
        'container.id': 'abcdefabcdef',
        'proc.tty': null,
        'toupper(proc.name)': 'BASH',
      },
    },
  ]);
  // Each differs from it in one thing: type, container, program, parent, and the three exceptions.
  const misses: readonly NodeEvent[] = [
    { ...shell, 'evt.type': 'open' },
    { ...shell, 'container.id': 'host' },
    { ...shell, 'proc.name': 'cat' },
    { ...shell, 'proc.pname': 'sshd' },
    { ...shell, 'proc.cmdline': 'bash -c "health check"' },
    { ...shell, 'proc.pname': 'httpd', 'proc.cmdline': 'bash /opt/rotate now' },
    { ...shell, 'user.name': 'ops' },
  ];
  for (const miss of misses) assert.deepEqual(engines.syscall.match(miss), [], JSON.stringify(miss));
  assert.equal(
    engines.syscall.match({ ...shell, 'proc.pname': 'nginx', 'proc.cmdline': 'bash /opt/rotate now' }).length,
    1,
  );
  const pod = auditEvent({ requestObject: { spec: { volumes: [{ name: 'v', hostPath: { path: '/etc' } }] } } });
  assert.equal(engines.k8s_audit.match(pod).length, 1);
  assert.equal(engines.k8s_audit.match(auditEvent({ ...pod.record, verb: 'delete' })).length, 0);
});

const base = `
- list: shells
  items: [bash, sh]
- macro: shell
  condition: proc.name in (shells)
- rule: Shell
  desc: a shell
  condition: evt.type = execve and shell
  output: "%proc.name"
  priority: WARNING
  tags: [one]
`;
const bash: NodeEvent = { 'evt.type': 'execve', 'proc.name': 'bash' };
const zsh: NodeEvent = { 'evt.type': 'execve', 'proc.name': 'zsh' };

test('later items append to, override, replace, enable and disable earlier ones', () => {
  assert.deepEqual(fired([base], bash), ['Shell']);
  assert.deepEqual(fired([base], zsh), []);
  const more: Readonly<Record<string, readonly [bash: boolean, zsh: boolean]>> = {
    '- list: shells\n  items: [zsh]\n  append: true': [true, true],
    '- list: shells\n  items: [zsh]\n  override: {items: append}': [true, true],
    '- list: shells\n  items: [zsh]\n  override: {items: replace}': [false, true],
    '- list: shells\n  items: [zsh]': [false, true],
    '- macro: shell\n  condition: or proc.name = zsh\n  append: true': [true, true],
    '- macro: shell\n  condition: or proc.name = zsh\n  override: {condition: append}': [true, true],
    '- macro: shell\n  condition: proc.name = zsh': [false, true],
    '- rule: Shell\n  condition: or proc.name = zsh\n  append: true': [true, true],
    '- rule: Shell\n  condition: and not proc.name = bash\n  override: {condition: append}': [false, false],
    '- rule: Shell\n  condition: proc.name = zsh\n  override: {condition: replace}': [false, true],
    '- rule: Shell\n  enabled: false': [false, false],
    '- rule: Shell\n  enabled: no\n  override: {enabled: replace}': [false, false],
    '- rule: Shell\n  exceptions: [{name: e, fields: proc.name, values: [bash]}]\n  append: true': [false, false],
  };
  for (const [item, [ofBash, ofZsh]] of Object.entries(more)) {
    assert.deepEqual(fired([base, item], bash), ofBash ? ['Shell'] : [], item);
    assert.deepEqual(fired([base, item], zsh), ofZsh ? ['Shell'] : [], item);
  }
  const { rules } = load(
    base,
    '- rule: Shell\n  output: and more\n  tags: [two, one]\n  priority: crit\n  desc: or two\n  override: {output: append, tags: append, priority: replace, desc: append}',
  );
  const [rule] = rules;
  assert.deepEqual([rule?.priority, rule?.tags, rule?.description], ['critical', ['one', 'two'], 'a shell or two']);
});

test('exceptions compare fields with values, one field with a list, or several with tuples', () => {
  const rule = (exceptions: string): string => `${base}  exceptions:\n${exceptions}\n`;
  const cases: Readonly<Record<string, boolean>> = {
    '    - {name: a, fields: proc.name, values: [bash, ksh]}': false,
    '    - {name: a, fields: proc.name, values: [shells]}': false,
    '    - {name: a, fields: proc.name, comps: pmatch, values: [ba]}': true,
    '    - {name: a, fields: [proc.name], values: [[bash]]}': false,
    '    - {name: a, fields: [proc.name, evt.type], values: [[bash, open], [sh, execve]]}': true,
    '    - {name: a, fields: [proc.name, evt.type], values: [[bash, open], [bash, execve]]}': false,
    '    - {name: a, fields: [proc.name, evt.type], comps: [startswith, in], values: [[ba, [execve, open]]]}': false,
    '    - {name: a, fields: [proc.name, evt.type], comps: [=, in], values: [[bash, "(execve, open)"]]}': false,
    '    - {name: a, fields: [proc.name, evt.type], comps: [in, =], values: [[shells, execve]]}': false,
    '    - {name: a, fields: [proc.pname], values: [[bash]]}': true,
    '    - {name: a, fields: [proc.name]}': true,
  };
  for (const [exception, fires] of Object.entries(cases))
    assert.deepEqual(fired([rule(exception)], bash), fires ? ['Shell'] : [], exception);
  const appended = '- rule: Shell\n  exceptions: [{name: a, values: [[bash]]}]\n  append: true';
  assert.deepEqual(fired([rule('    - {name: a, fields: [proc.name], values: [[x]]}'), appended], bash), []);
});

test('an exception without values is read for mistakes as well', () => {
  const error = (exception: string): string | undefined =>
    errors(`${base}  exceptions: [{name: a, ${exception}}]\n`)[0];
  assert.equal(error('fields: [proc.name, fd.name], comps: [=, in]'), undefined);
  assert.equal(error('fields: proc.name'), undefined);
  assert.match(error('fields: [proc.name, fd.name], comps: [=]') ?? '', /‘comps’ must have as many operators as/);
  assert.match(error('fields: [proc.nme]') ?? '', /rule "Shell": the source syscall has no field ‘proc.nme’/);
  assert.match(error('fields: proc.name, comps: =') ?? '', /a single field is compared by in/);
});

const mistakes: Readonly<Record<string, string>> = {
  '- rule: A\n  desc: d\n  output: o\n  priority: NOTICE\n': '1:3: rule "A": ‘condition’ is missing',
  '- rule: A\n  desc: d\n  output: o\n  priority: LOUD\n  condition: evt.num = 0':
    '4:13: rule "A": ‘LOUD’ is no priority: expected one of emergency, alert, critical, error, warning, notice, informational, debug',
  '- rule: A\n  enabled: true': '1:9: rule "A": there is no earlier rule of this name to enable or disable',
  '- rule: A\n  condition: evt.num = 0\n  append: true':
    '1:9: rule "A": there is no earlier rule of this name to append to or to override',
  '- macro: a b\n  condition: evt.num = 0':
    '1:10: macro "a b": ‘a b’ is no name of a macro: a letter, then letters, digits and _',
  '- macro: a\n  condition: a': '2:14: macro "a": macro ‘a’ refers to itself',
  '- list: a\n  items: x': '2:10: list "a": ‘items’ must be a list',
  '- required_engine_version: new':
    '1:28: required_engine_version: ‘new’ is no version: expected a number, or such as 0.57.0',
  '- required_plugin_versions: [{name: json}]': '1:30: required_plugin_versions: ‘version’ is missing',
  '- what: 1':
    '1:3: warning: unknown item ‘what’: there are rule, macro, list, required_engine_version, required_plugin_versions',
  'rule: A': '1:1: expected a list of rules, macros and lists',
  '- [a': '1:5: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
};

test('what is wrong with a file is said with its place', () => {
  for (const [text, expected] of Object.entries(mistakes))
    assert.deepEqual(errors(text)[0], `rules-0.yaml:${expected}`, text);
});

test('the place of a mistake in a condition is that of the file, however the condition is written', () => {
  const rule = (condition: string): string =>
    `- rule: A\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: ${condition}\n`;
  const at = (condition: string): string | undefined => errors(rule(condition))[0]?.split(': ')[0];
  assert.equal(at('evt.num = 1 and proc.nme = x'), 'rules-0.yaml:5:30');
  assert.equal(at('>\n    evt.num = 1\n    and\n      proc.nme = x'), 'rules-0.yaml:8:7');
  assert.equal(at('|\n    evt.num = 1 and\n    proc.nme = x'), 'rules-0.yaml:7:5');
  assert.equal(at('evt.num = 1\n    and proc.nme = x'), 'rules-0.yaml:6:9');
  assert.equal(at('"evt.num = 1 and proc.nme = x"'), 'rules-0.yaml:5:31');
  const appended = '- rule: Shell\n  append: true\n  condition: and proc.nme = x';
  assert.match(errors(base, appended)[0] ?? '', /^rules-1.yaml:3:18: rule "Shell": the source syscall has no field/);
  const inMacro =
    '- macro: m\n  condition: proc.nme = x\n- rule: A\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: m';
  assert.match(errors(inMacro)[0] ?? '', /^rules-0.yaml:2:14: rule "A": /);
});

test('one bad rule leaves the others', () => {
  const { rules, problems } = load(
    `${base}- rule: Bad\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: nope\n`,
  );
  assert.deepEqual(
    rules.map(({ name }) => name),
    ['Shell'],
  );
  assert.equal(problems.length, 1);
});

test('a rule may be left out where a field is unknown, and of an unknown source it is', () => {
  const rule = (more: string): string => `- rule: A\n  desc: d\n  output: o\n  priority: NOTICE\n${more}`;
  assert.match(
    errors(rule('  condition: new.field = 1\n  skip-if-unknown-filter: true'))[0] ?? '',
    /warning: .*new.field/,
  );
  assert.match(
    errors(rule('  condition: ct.name = 1\n  source: aws_cloudtrail'))[0] ?? '',
    /warning: .*unknown source/,
  );
});

test('coverage says which rules events can fulfil', () => {
  const state = (condition: string): unknown => {
    const [rule] = load(`- rule: A\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: ${condition}`).rules;
    return [rule?.coverage.state, ...(rule?.coverage.missing ?? [])];
  };
  assert.deepEqual(state('proc.name = a and evt.arg.flags contains x'), ['full']);
  assert.deepEqual(state('container.ip = a'), ['none', 'container.ip']);
  assert.deepEqual(state('proc.name = a and not container.ip = a'), ['partial', 'container.ip']);
  assert.deepEqual(state('proc.name = a and evt.arg.zzz = a'), ['none', 'evt.arg.zzz']);
  assert.deepEqual(state('proc.name = a or container.label[A] = b'), ['partial', 'container.label[A]']);
  // Types of events that there are not.
  assert.deepEqual(state('evt.type = pipe'), ['none', 'evt.type = pipe']);
  assert.deepEqual(state('evt.type in (listen, pipe)'), ['partial', 'evt.type = pipe']);
  assert.deepEqual(state('proc.name = a and not evt.type = pipe'), ['full']);
  assert.deepEqual(state('evt.type in (dup, dup3)'), ['full']);
});

test('a system call that events call by another name fits either, and is excepted by its own alone', () => {
  const rule = (condition: string): string =>
    `- rule: A\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: ${condition}`;
  const fits = (condition: string, event: NodeEvent): boolean => fired([rule(condition)], event).length > 0;
  const dup: NodeEvent = { 'evt.type': 'dup2', 'fd.num': 0 };
  assert.equal(fits('evt.type = dup3', dup), true);
  assert.equal(fits('syscall.type in (dup3, read)', dup), true);
  assert.equal(fits('evt.type = dup3', { ...dup, 'evt.type': 'dup3' }), true);
  assert.equal(fits('evt.type = dup2 and not evt.type = dup3', dup), true);
  assert.equal(fits('not (fd.num = 1 or not evt.type = dup3)', dup), true);
  assert.equal(fits('evt.type = accept4', dup), false);
  // Older rules have either end of a call; events tell of it once.
  assert.equal(fits('evt.type = dup2 and evt.dir = >', dup), true);
  assert.equal(fits('evt.type = dup2 and evt.dir=<', dup), true);
  assert.equal(fits('evt.type = dup2 and not evt.dir = >', dup), true);
});

test('what is worked out of a connection and of a file that is made', () => {
  const rule = (condition: string): string =>
    `- rule: A\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: ${condition}`;
  const fits = (condition: string, event: NodeEvent): boolean => fired([rule(condition)], event).length > 0;
  const datagram = 'fd.connected = false and fd.name_changed = true';
  assert.equal(fits(datagram, { 'evt.type': 'sendto', 'evt.rawres': 4 }), true);
  assert.equal(fits(datagram, { 'evt.type': 'connect', 'evt.rawres': 0 }), false);
  assert.equal(fits('fd.connected = true', { 'evt.type': 'accept', 'evt.rawres': 9 }), true);
  assert.equal(fits('fd.connected exists', { 'evt.type': 'openat', 'evt.rawres': 9 }), false);
  const made: NodeEvent = { 'evt.type': 'openat', 'evt.is_open_create': true, 'evt.arg.mode': 0o755 };
  assert.equal(fits('evt.is_open_exec = true', made), true);
  assert.equal(fits('evt.is_open_exec = true', { ...made, 'evt.arg.mode': 0o644 }), false);
  assert.equal(fits('evt.is_open_exec = true', { ...made, 'evt.is_open_create': false }), false);
});
