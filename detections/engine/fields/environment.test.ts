import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../testing/rules.ts';
import type { NodeEvent } from './syscall.ts';

const event: NodeEvent = {
  'evt.type': 'execve',
  'proc.env':
    'PATH=/bin\0DB_PASSWORD=hunter2 X=hunter2\0hunter2\0https_proxy=http://u:hunter2/@p.example:8080/hunter2\0NO_PROXY=a,.b\0',
  'proc.aenv[1]': 'A=1\0',
  'proc.aenv[2]': 'DB_PASSWORD=hunter2\0LD_PRELOAD=/x.so\0',
};

function alert(condition: string, output = 'o', of = event) {
  const text = `- rule: r\n  desc: d\n  output: "${output}"\n  priority: NOTICE\n  condition: ${condition}\n`;
  const { engines, problems, rules } = load(text);
  assert.deepEqual(problems, []);
  assert.equal(rules[0]?.coverage.state, 'full', condition);
  return engines.syscall.alerts(of)[0];
}

test('rules compare the environment of a program, and of its ancestors', () => {
  for (const condition of [
    'proc.env contains "PATH=/bin DB_PASSWORD=hunter2"',
    'proc.env icontains https_proxy',
    'proc.env[DB_PASSWORD] = "hunter2 X=hunter2"',
    'proc.env[NO_PROXY] exists and not proc.env[X] exists and not proc.env[PROXY] exists',
    'proc.aenv contains LD_PRELOAD',
    'proc.aenv[2] endswith /x.so and not proc.aenv[1] contains LD_PRELOAD',
    'proc.aenv[DB_PASSWORD] = hunter2 and proc.aenv[A] = 1',
  ])
    assert.ok(alert(condition), condition);
  assert.equal(alert('proc.env contains PATH', 'o', { 'evt.type': 'execve' }), undefined);
});

test('a text that others wrote has spaces between', () => {
  const of = { 'proc.env': 'A=b c D=e' };
  assert.ok(alert('proc.env[A] = "b c" and proc.env[D] = e', 'o', of));
});

test('of secrets alerts tell the name', () => {
  const fields = ['proc.env', 'proc.env[PATH]', 'proc.env[DB_PASSWORD]', 'proc.env[NONE]', 'proc.aenv[2]', 'proc.aenv'];
  const transformed = ['toupper(proc.env)', 'b64(proc.env[DB_PASSWORD])', 'proc.aenv[DB_PASSWORD]'];
  const found = alert('proc.env exists', [...fields, ...transformed].map((name) => `%${name}`).join(' | '));
  const whole = 'PATH=/bin DB_PASSWORD= https_proxy=http://p.example:8080 NO_PROXY=a,.b';
  const shown = [whole, 'PATH=/bin', 'DB_PASSWORD=', '<NA>', 'DB_PASSWORD= LD_PRELOAD=/x.so', 'A='];
  assert.equal(found?.output.slice(0, shown.join(' | ').length), shown.join(' | '));
  assert.equal(found?.fields['toupper(proc.env)'], whole.toUpperCase());
  assert.ok(!/hunter2/i.test(JSON.stringify(found)));
});
