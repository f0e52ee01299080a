import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random } from '../test/property/random.ts';
import type { NodeEvent } from './engine/fields/syscall.ts';
import { problemText } from './engine/problem.ts';
import type { Alert } from './engine/rule.ts';
import { auditEvent } from './engine/testing/rules.ts';
import { loadDetections } from './load.ts';
import { mostGroups } from './sigma/correlation.ts';

const seed = Number(process.env.PORTOLAN_SEED ?? 1);

function rule(detection: string, logsource = 'product: linux, category: process_creation', more = ''): string {
  return `title: t
name: t
logsource: { ${logsource} }
level: high
tags: [attack.execution, attack.t1059.004]
author: A. Writer
${more}detection:
  ${detection.trim().replaceAll('\n', '\n  ')}
`;
}

const kubernetes = 'product: kubernetes, service: audit';

function load(...texts: readonly string[]) {
  return loadDetections(texts.map((text, index) => ({ name: `s${index}.yml`, text })));
}

function fires(text: string, event: NodeEvent): boolean {
  const { engines, problems } = load(text);
  assert.deepEqual(problems.map(problemText), [], text);
  return engines.syscall.match(event).length > 0;
}

function refusal(text: string): string {
  const { problems, rules } = load(text);
  assert.equal(rules.length, 0, text);
  assert.equal(problems.length, 1);
  return problemText(problems[0] as (typeof problems)[number]);
}

const start = (cmdline: string, more: NodeEvent = {}): NodeEvent => ({
  'evt.type': 'execve',
  'evt.time': '2026-01-02T03:04:05.000000006Z',
  'proc.exepath': '/usr/bin/Curl',
  'proc.cmdline': cmdline,
  'user.name': 'root',
  'proc.pid': 7,
  ...more,
});

test('values and modifiers', () => {
  // item, command line, whether it fits
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['CommandLine: curl -s x', 'CURL -S X', true],
    ['CommandLine: curl -s x', 'curl -s xy', false],
    ['CommandLine|cased: curl', 'CURL', false],
    ['CommandLine|cased: curl', 'curl', true],
    ['CommandLine: "*-s*"', 'curl -S x', true],
    ['CommandLine: "cur? x"', 'curl x', true],
    ['CommandLine: "cur? x"', 'curll x', false],
    ["CommandLine: 'a\\*b'", 'a*b', true],
    ["CommandLine: 'a\\*b'", 'axb', false],
    ['CommandLine: "a[b]c"', 'a[b]c', true],
    ['CommandLine: "a[b]c"', 'abc', false],
    ['CommandLine|contains: L -', 'curl -s', true],
    ['CommandLine|contains: [x, y]', 'has y', true],
    ['CommandLine|contains|all: [x, y]', 'has y', false],
    ['CommandLine|contains|all: [x, y]', 'y x', true],
    ['CommandLine|startswith: CU', 'curl', true],
    ['CommandLine|startswith: ur', 'curl', false],
    ['CommandLine|endswith: RL', 'curl', true],
    ['CommandLine|endswith: cu', 'curl', false],
    ['CommandLine|re: "l -[a-z]"', 'curl -s x', true],
    ['CommandLine|re: "L -[a-z]"', 'curl -s x', false],
    ['CommandLine|re|i: "L -[a-z]"', 'curl -s x', true],
    ['CommandLine|re: "^url"', 'curl', false],
    ['CommandLine|re: "a|b"', 'xbx', true],
    ['CommandLine|windash|contains: " -f"', 'a /f', true],
    ['CommandLine|windash|contains: " -f"', 'a –f', true],
    ['CommandLine|contains: " -f"', 'a /f', false],
    ['CommandLine|base64|contains: whoami', `echo ${Buffer.from('whoami').toString('base64')}`, true],
    ['CommandLine|base64offset|contains: whoami', Buffer.from('1whoami2').toString('base64'), true],
    ['CommandLine|base64offset|contains: whoami', Buffer.from('12whoami').toString('base64'), true],
    ['CommandLine|base64offset|contains: whoami', Buffer.from('123whoamx').toString('base64'), false],
    ['CommandLine|wide|base64offset|contains: id', Buffer.from('xid', 'utf16le').toString('base64'), true],
    ['CommandLine|exists: true', 'x', true],
    ['CommandLine|exists: false', 'x', false],
    ['ParentImage: null', 'x', true],
    ['CommandLine: null', 'x', false],
    ["CommandLine: ''", '', true],
    ["CommandLine: ''", 'x', false],
    ['ProcessId: 7', 'x', true],
    ['ProcessId|gte: 7', 'x', true],
    ['ProcessId|gt: 7', 'x', false],
    ['ProcessId|lt: 8', 'x', true],
    ['ProcessId|lte: 6', 'x', false],
    ['CommandLine|neq: x', 'x', false],
    ['CommandLine|neq: x', 'y', true],
    ['CommandLine|fieldref: User', 'ROOT', true],
    ['CommandLine|fieldref|startswith: User', 'rooted', true],
    ['CommandLine|fieldref: User', 'x', false],
    ['Image|endswith: /curl', 'x', true],
    ['proc.name: curl', 'x', false],
  ];
  for (const [item, cmdline, expected] of cases) {
    const text = rule(`selection:\n  ${item}\ncondition: selection`);
    assert.equal(fires(text, start(cmdline)), expected, `${item} of ${cmdline}`);
    assert.equal(fires(text, { ...start(cmdline), 'evt.type': 'openat' }), false, 'another kind of event');
  }
});

test('conditions over selections', () => {
  const selections = 'a1:\n  CommandLine|contains: x\na2:\n  CommandLine|contains: y\n_b:\n  CommandLine|contains: z\n';
  const holds: Readonly<Record<string, (x: boolean, y: boolean, z: boolean) => boolean>> = {
    'a1 and not a2': (x, y) => x && !y,
    'a1 or a2 and _b': (x, y, z) => x || (y && z),
    '(a1 or a2) and _b': (x, y, z) => (x || y) && z,
    '1 of a*': (x, y) => x || y,
    'all of a*': (x, y) => x && y,
    'any of them': (x, y) => x || y,
    'all of them': (x, y) => x && y,
    'not 1 of a* and _b': (x, y, z) => !(x || y) && z,
    'NOT (a1 AND a2)': (x, y) => !(x && y),
  };
  for (const [condition, expected] of Object.entries(holds)) {
    for (let bits = 0; bits < 8; bits++) {
      const [x, y, z] = [1, 2, 4].map((bit) => (bits & bit) !== 0) as [boolean, boolean, boolean];
      const line = `${x ? 'x' : ''}${y ? 'y' : ''}${z ? 'z' : ''}.`;
      const text = rule(`${selections}condition: ${condition}`);
      assert.equal(fires(text, start(line)), expected(x, y, z), `${condition} of ${line}`);
    }
  }
});

test('lists of maps, keywords and lists of conditions', () => {
  const maps = rule('s:\n  - CommandLine: a\n  - CommandLine: b\n    User: nobody\ncondition: s');
  assert.deepEqual(
    ['a', 'b'].map((line) => fires(maps, start(line))),
    [true, false],
  );
  const words = rule('keywords:\n  - Evil\n  - "b*d"\ncondition: keywords');
  assert.deepEqual(
    ['so evil', 'a bad one', 'good'].map((line) => fires(words, start(line))),
    [true, true, false],
  );
  const all = rule("keywords:\n  '|all': [a, b]\ncondition: keywords");
  assert.deepEqual(
    ['xaxb', 'a'].map((line) => fires(all, start(line))),
    [true, false],
  );
  const either = rule('a:\n  User: nobody\nb:\n  CommandLine: b\ncondition: [a, b]');
  assert.deepEqual(
    ['a', 'b'].map((line) => fires(either, start(line))),
    [false, true],
  );
});

test('audit events: fields by their path, lists, codes and addresses', () => {
  const event = auditEvent({
    verb: 'create',
    user: { username: 'alice', groups: ['dev', 'Ops'] },
    sourceIPs: ['10.1.2.3'],
    objectRef: { resource: 'pods', namespace: 'shop' },
    requestObject: { spec: { volumes: [{ name: 'h', hostPath: { path: '/' } }], nodeName: 'w1' } },
    responseStatus: { code: 403 },
    annotations: { 'authorization.k8s.io/decision': 'forbid' },
  });
  const cases: readonly (readonly [string, boolean])[] = [
    ['verb: Create', true],
    ['verb: delete', false],
    ["hostPath: '*'", true],
    ["capabilities: '*'", false],
    ['user.groups: ops', true],
    ['user.groups|startswith: op', true],
    ['user.groups: admin', false],
    ['sourceIPs|cidr: 10.0.0.0/8', true],
    ['sourceIPs|cidr: 192.168.0.0/16', false],
    ['responseStatus.code|gte: 400', true],
    ['responseStatus.code: [401, 403]', true],
    ["responseStatus.code: 'ALLOW'", false],
    ['requestObject.spec.nodeName: w1', true],
    ['annotations.authorization.k8s.io/decision: forbid', true],
    ['apiGroup|exists: false', true],
  ];
  for (const [item, expected] of cases) {
    const { engines, problems } = load(rule(`s:\n  ${item}\ncondition: s`, kubernetes));
    assert.deepEqual(problems.map(problemText), [], item);
    assert.equal(engines.k8s_audit.match(event).length > 0, expected, item);
    assert.equal(engines.k8s_audit.match(auditEvent({ ...event.record, stage: 'RequestReceived' })).length, 0);
  }
});

test('an alert has severity, techniques and the author', () => {
  const { engines } = load(rule('s:\n  User: root\ncondition: s'));
  const [alert] = engines.syscall.alerts(start('curl x'));
  assert.equal(alert?.severity, 'HIGH');
  assert.deepEqual(alert?.techniques, ['T1059.004']);
  assert.match(alert?.output ?? '', /^t \(cmdline=curl x .* author=A\. Writer\)$/);
});

test('what is wrong is refused at its place', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [rule('s:\n  Comandline: x\ncondition: s'), /^s0\.yml:9:\d+: rule "t": unknown field ‘Comandline’/],
    [
      rule('s:\n  CommandLine|has: x\ncondition: s'),
      /^s0\.yml:9:\d+: rule "t": unknown modifier ‘has’: expected one of/,
    ],
    [rule('s:\n  CommandLine|re|contains: x\ncondition: s'), /exclude each other/],
    [rule('s:\n  CommandLine|re: "(a"\ncondition: s'), /no regular expression of RE2/],
    [rule('s:\n  User: x\ncondition: s and x'), /:10:20: rule "t": expected one of the selections s and found ‘x’/],
    [
      rule('s:\n  User: x\ncondition: s | count() > 3'),
      /expected no aggregation here, but a correlation rule, and found ‘|’/,
    ],
    [rule('s:\n  User: x\ncondition: 2 of s*'), /expected ‘1 of’/],
    [rule('s:\n  ProcessId: x\ncondition: s'), /‘x’ is no number/],
    [rule('condition: s'), /has no selection/],
    [
      rule('s:\n  User: x\ncondition: s', 'product: windows'),
      /s0\.yml:3:12: warning: rule "t": there are no events of product: windows/,
    ],
    [rule('s:\n  User: x\ncondition: s').replace('high', 'huge'), /‘huge’ is no level/],
    ['detection: [\n', /this is not YAML/],
  ];
  for (const [text, expected] of cases) assert.match(refusal(text), expected);
});

test('connections: who began them, their ends by address and by name', () => {
  const network = 'product: linux, category: network_connection';
  const connect: NodeEvent = {
    ...{ 'evt.type': 'connect', 'proc.exepath': '/usr/bin/nc', 'evt.rawres': 0 },
    ...{ 'fd.cip': '10.0.0.9', 'fd.sip': '203.0.113.5', 'fd.sport': 4444, 'fd.sip.name': 'Drop.example.org' },
  };
  const cases: readonly (readonly [string, boolean, boolean])[] = [
    ["Initiated: 'true'", true, false],
    ['Initiated: false', false, true],
    ['DestinationPort: [4444, 5555]', true, true],
    ["DestinationIp|cidr: ['10.0.0.0/8', 'fe80::/10']", false, false],
    ["SourceIp|cidr: '10.0.0.0/8'", true, true],
    ['DestinationHostname|contains: drop.example', true, true],
  ];
  for (const [item, connecting, accepting] of cases) {
    const text = rule(`s:\n  ${item}\ncondition: s`, network);
    assert.equal(fires(text, connect), connecting, item);
    assert.equal(fires(text, { ...connect, 'evt.type': 'accept' }), accepting, item);
    assert.equal(fires(text, { ...connect, 'evt.type': 'bind' }), false, item);
  }
  assert.match(
    refusal(rule('s:\n  Initiated: yes!\ncondition: s', network)),
    /expected true or false and found ‘yes!’/,
  );
});

test('a command line is what the process was given, with the path it was started by', () => {
  const event = start('sh -c id', { 'proc.exe': '/tmp/.x/sh', 'proc.args': '-c id', 'proc.name': 'sh' });
  const parent = { 'proc.pname': 'java', 'proc.pexe': '/opt/jre/bin/java', 'proc.pcmdline': 'java -jar a.jar' };
  const fits = (item: string, more: NodeEvent = {}): boolean =>
    fires(rule(`s:\n  ${item}\ncondition: s`), { ...event, ...parent, ...more });
  assert.equal(fits("CommandLine: '/tmp/.x/sh -c id'"), true);
  assert.equal(fits("CommandLine|startswith: 'sh '"), false);
  assert.equal(fits("CommandLine: '/tmp/.x/sh'", { 'proc.args': '' }), true);
  assert.equal(fits("ParentCommandLine: '/opt/jre/bin/java -jar a.jar'"), true);
});

test('a rule that no event here can fulfil is left out with a warning, and what counts on it', () => {
  const hashes = rule('s:\n  Hashes|contains: MD5=00\ncondition: s');
  assert.match(refusal(hashes), /:9:\d+: warning: rule "t": no event here has the field ‘Hashes’ of Sigma/);
  const sshd = rule('keywords: [bad luck]\ncondition: keywords', 'product: linux, service: sshd');
  const counting = 'title: many\ncorrelation: { type: event_count, rules: [t], timespan: 1m, condition: { gte: 5 } }\n';
  const { problems, correlations, refused } = load(`${sshd}---\n${counting}`);
  assert.deepEqual(
    problems.map(({ severity, item }) => [severity, item]),
    [
      ['warning', 'rule "t"'],
      ['warning', 'rule "many"'],
    ],
  );
  assert.match(problems[1]?.message ?? '', /the rule ‘t’ is left out, and with it what counts on it/);
  assert.deepEqual([correlations.length, refused.length], [0, 2]);
});

test('what stands nowhere in an audit event covers no rule', () => {
  const covered = (item: string): unknown => {
    const [made] = load(rule(`s:\n  ${item}\ncondition: s`, kubernetes)).rules;
    return made?.coverage;
  };
  assert.deepEqual(covered("file_path: '*gcc*'"), { state: 'none', missing: ['jevt.value[/file_path]'] });
  assert.deepEqual(covered('requestObject.spec.nodeName: w1'), { state: 'full', missing: [] });
  assert.deepEqual(covered('annotations.example.org/key: a'), { state: 'full', missing: [] });
});

const failed = rule('s:\n  User: root\n  CommandLine|contains: fail\ncondition: s').replaceAll(': t\n', ': failed\n');
const done = rule('s:\n  User: root\n  CommandLine|contains: done\ncondition: s').replaceAll(': t\n', ': done\n');

function correlation(type: string, condition: string, rules = '[failed]'): string {
  const by = 'group-by: [ParentImage], timespan: 1m';
  return `title: many\ncorrelation: { type: ${type}, rules: ${rules}, ${by}${condition} }\nlevel: critical\n`;
}

/** The seconds at which a correlation is told of, in a history of [second, command, parent]. */
function told(text: string, history: readonly (readonly [number, string, string])[]): readonly number[] {
  const { engines, problems } = load(`${failed}---\n${done}---\n${text}`);
  assert.deepEqual(problems.map(problemText), []);
  return history.flatMap(([second, command, parent]) => {
    const time = new Date(Date.UTC(2026, 0, 2) + second * 1000).toISOString();
    const alerts = engines.syscall.alerts(start(command, { 'evt.time': time, 'proc.pexepath': parent }));
    return alerts.filter(({ rule }: Alert) => rule === 'many').map(() => second);
  });
}

test('correlations hold within their window, by group, and are told of once', () => {
  const count = correlation('event_count', ', condition: { gte: 3 }');
  assert.deepEqual(
    told(count, [
      [0, 'fail', 'a'],
      [30, 'fail', 'a'],
      [59, 'fail', 'a'],
      [60, 'fail', 'a'],
    ]),
    [59],
  );
  assert.deepEqual(
    told(count, [
      [0, 'fail', 'a'],
      [30, 'fail', 'a'],
      [61, 'fail', 'a'],
    ]),
    [],
  );
  assert.deepEqual(
    told(count, [
      [0, 'fail', 'a'],
      [1, 'fail', 'b'],
      [2, 'fail', 'a'],
    ]),
    [],
  );
  const values = correlation('value_count', ', condition: { field: CommandLine, gt: 1 }');
  assert.deepEqual(
    told(values, [
      [0, 'fail 1', 'a'],
      [1, 'fail 1', 'a'],
      [2, 'fail 2', 'a'],
    ]),
    [2],
  );
  const both = correlation('temporal', '', '[failed, done]');
  assert.deepEqual(
    told(both, [
      [0, 'done', 'a'],
      [5, 'fail', 'b'],
      [9, 'fail', 'a'],
    ]),
    [9],
  );
  assert.deepEqual(
    told(both, [
      [0, 'done', 'a'],
      [61, 'fail', 'a'],
    ]),
    [],
  );
  const ordered = correlation('temporal_ordered', '', '[failed, done]');
  assert.deepEqual(
    told(ordered, [
      [0, 'done', 'a'],
      [9, 'fail', 'a'],
      [10, 'done', 'a'],
    ]),
    [10],
  );
  assert.deepEqual(
    told(ordered, [
      [0, 'fail', 'a'],
      [61, 'done', 'a'],
    ]),
    [],
  );
});

test('rules of a correlation are told of only where it asks', () => {
  const quiet = load(`${failed}---\n${correlation('event_count', ', condition: { gte: 2 }')}`);
  assert.deepEqual(quiet.engines.syscall.alerts(start('fail', { 'proc.pexepath': 'a' })), []);
  const loud = load(`${failed}---\n${correlation('event_count', ', condition: { gte: 2 }')}generate: true\n`);
  assert.equal(loud.engines.syscall.alerts(start('fail', { 'proc.pexepath': 'a' })).length, 1);
});

test('correlations that cannot be are refused', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [correlation('event_count', ', condition: { lt: 2 }'), /expected one of gte, gt and eq/],
    [correlation('event_count', ''), /‘condition’ is missing/],
    [correlation('sum', ''), /‘sum’ is no correlation/],
    [correlation('temporal', '', '[nobody]'), /there is no rule ‘nobody’/],
    [correlation('event_count', ', condition: { gte: 2 }').replace('1m', '1x'), /‘1x’ is no timespan/],
    [correlation('event_count', ', condition: { gte: 2 }').replace('ParentImage', 'Parent'), /unknown field ‘Parent’/],
  ];
  for (const [text, expected] of cases) {
    const { problems } = load(`${failed}---\n${text}`);
    assert.match(problems.map(problemText).join('\n'), expected);
  }
});

test('groups of a correlation are bounded', () => {
  const { engines } = load(`${failed}---\n${correlation('event_count', ', condition: { gte: 2 }')}`);
  const ask = (parent: string) => engines.syscall.alerts(start('fail', { 'proc.pexepath': parent })).length;
  for (let index = 0; index <= mostGroups; index++) assert.equal(ask(`p${index}`), 0);
  assert.equal(ask('p0'), 0, 'the oldest was forgotten');
  assert.equal(ask(`p${mostGroups}`), 1);
});

test(`files that are broken anywhere are refused, not thrown (seed ${seed})`, () => {
  const from = random(seed);
  const whole = `${failed}---\n${correlation('event_count', ', condition: { gte: 2 }')}`;
  const letters = [...'{}[]:|*"\'\\\n -ax0'];
  for (let round = 0; round < 300; round++) {
    let text = whole;
    for (let change = 0; change <= from.integer(4); change++) {
      const at = from.integer(text.length);
      text = text.slice(0, at) + (from.chance(0.5) ? from.pick(letters) : '') + text.slice(at + from.integer(5));
    }
    const { engines, problems } = load(text);
    engines.syscall.alerts(start('fail'));
    for (const problem of problems) assert.match(problemText(problem), /^s0\.yml:\d+:\d+: ./, JSON.stringify(text));
  }
});
