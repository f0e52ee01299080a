import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostNames } from './host-names.ts';

function answer(name: string, answers: string) {
  return { type: 'dns', fields: { 'dns.type': 'response', 'dns.name': name, 'dns.answers': answers } };
}

test('an address has the name that was last asked for', () => {
  const { of, learn } = hostNames('10.96.0.1');
  assert.equal(of('192.0.2.1'), undefined);
  learn(answer('pool.example.org', 'edge.example.net,192.0.2.1,2001:db8::1'));
  assert.equal(of('192.0.2.1'), 'pool.example.org');
  assert.equal(of('2001:db8::1'), 'pool.example.org');
  assert.equal(of('edge.example.net'), undefined);
  learn(answer('other.example.org', '192.0.2.1'));
  assert.equal(of('192.0.2.1'), 'other.example.org');
  learn({ type: 'dns', fields: { 'dns.type': 'query', 'dns.name': 'asked.example.org' } });
  learn({ type: 'connect', fields: { 'dns.name': 'x', 'dns.answers': '192.0.2.1' } });
  assert.equal(of('192.0.2.1'), 'other.example.org');
});

test('the API server is known by the address that pods are given', () => {
  const { of, learn } = hostNames('10.96.0.1');
  learn(answer('forged.example.org', '10.96.0.1'));
  assert.equal(of('10.96.0.1'), 'kubernetes.default.svc.cluster.local');
  assert.equal(hostNames('').of('10.96.0.1'), undefined);
});

test('names are bounded: those that were answered longest ago go first', () => {
  const { of, learn } = hostNames('');
  for (let index = 0; index <= 10_000; index++)
    learn(answer(`n${index}`, `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`));
  assert.equal(of('10.0.0.0'), undefined);
  assert.equal(of('10.0.0.1'), 'n1');
  assert.equal(of('10.0.39.16'), 'n10000');
});
