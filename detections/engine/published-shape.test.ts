import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { NodeEvent } from './fields/syscall.ts';
import { problemText } from './problem.ts';
import { load } from './testing/rules.ts';

const { engines, problems, rules } = load(
  readFileSync(join(import.meta.dirname, 'testing/published-shape.yaml'), 'utf8'),
);

test('rules that are written as public ones are load without a word', () => {
  assert.deepEqual(problems.map(problemText), []);
  const lacking = rules.filter(({ coverage }) => coverage.state !== 'full');
  assert.deepEqual(
    lacking.map(({ name, coverage }) => [name, coverage.state, ...coverage.missing]),
    [
      ['Privileged container', 'partial', 'evt.type = container'],
      ['Program of a class file', 'none', 'evt.buffer'],
    ],
  );
});

const pod: NodeEvent = { 'container.id': '5f2ce4c1a9b0', 'container.image.repository': 'shop/web' };
const read: NodeEvent = {
  ...{ 'evt.type': 'openat', 'evt.is_open_read': true, 'evt.rawres': 3, 'evt.res': 'SUCCESS' },
  ...{ 'fd.typechar': 'f', 'fd.num': 3, 'fd.name': '/home/ann/.keys/id', 'proc.name': 'cat' },
};
const missed: NodeEvent = { ...read, 'fd.num': -1, 'evt.rawres': -2, 'evt.res': 'ENOENT', 'proc.name': 'find' };
const shell: NodeEvent = {
  ...pod,
  ...{ 'evt.type': 'execve', 'proc.name': 'sh', 'proc.cmdline': 'sh', 'proc.tty': 34816 },
};
const start: NodeEvent = { 'evt.type': 'execve', 'user.uid': 1000, 'proc.args': '' };
const connect: NodeEvent = {
  ...{ 'evt.type': 'connect', 'fd.typechar': '4', 'fd.l4proto': 'tcp', 'evt.rawres': -115, 'evt.res': 'EINPROGRESS' },
  ...{ 'fd.cip': '10.0.0.9', 'fd.cport': 40000, 'fd.sip': '203.0.113.5', 'fd.sport': 4444 },
};
const datagram: NodeEvent = {
  ...connect,
  'evt.type': 'sendto',
  'fd.l4proto': 'udp',
  'evt.rawres': 40,
  'evt.res': 'SUCCESS',
};
const first: NodeEvent = { ...pod, 'evt.type': 'execve', 'proc.vpid': 1, 'container.privileged': true };
const mounts = '/etc/hosts:/etc/hosts::true:private /proc/1:/host::false:rslave';
const below: NodeEvent = {
  ...{ 'evt.type': 'execve', 'proc.name': 'bash', 'proc.pname': 'sh', 'proc.pexe': 'sh', 'proc.pcmdline': 'sh -c x' },
  ...{ 'proc.aname[1]': 'sh', 'proc.aname[2]': 'perl', 'proc.aname[3]': 'nginx', 'proc.aexe[3]': 'nginx: master' },
};

/** By rule: an event that it means, and what makes a near miss of that. */
const cases: Readonly<Record<string, readonly (readonly [event: NodeEvent, ...misses: NodeEvent[]])[]>> = {
  'Key file read': [
    [
      read,
      { 'fd.name': '/home/ann/keys/id' },
      { 'fd.name': '/srv/.keys/id' },
      { 'fd.num': -1 },
      { 'evt.type': 'creat' },
      { 'evt.is_open_read': false },
      { 'proc.name': '(agent)' },
      { 'proc.name': 'yes' },
      { 'proc.name': '75-rotate-keys' },
      { 'proc.name': '[' },
    ],
    [{ ...read, 'fd.name': '/root/.keys2' }],
  ],
  'Key file missed': [
    [missed, { 'fd.num': 3 }, { 'evt.res': 'SUCCESS' }, { 'proc.name': 'vault' }, { 'proc.name': 'keyring' }],
  ],
  'Shell typed into': [
    [
      shell,
      { 'container.id': 'host' },
      { 'container.id': undefined },
      { 'proc.tty': 0 },
      { 'proc.pname': 'sshd' },
      { 'proc.cmdline': 'sh -c uname -p 2> /dev/null' },
      { 'proc.cmdline': `sh -c node -e "require('x')"` },
      { 'proc.cmdline': 'sh -c  -t -i' },
    ],
    [{ ...shell, 'proc.pname': 'runc:[0:PARENT]' }],
    [{ ...shell, 'proc.cmdline': 'sh -c -t -i' }],
  ],
  'Odd arguments': [
    [{ ...start, 'proc.name': 'pick' }, { 'proc.args': '-x' }, { 'user.uid': 0 }, { 'proc.args': undefined }],
    [{ ...start, 'proc.name': 'sedit', 'proc.args': '-s \\' }, { 'proc.args': '-s /' }, { 'proc.args': 's \\' }],
    [{ ...start, 'proc.name': 'sedit', 'proc.args': '--login a\\b' }],
    [{ ...start, 'proc.name': 'mount', 'proc.args': '-l x' }, { 'proc.args': '-l' }, { 'proc.args': '' }],
  ],
  'Odd port': [
    [
      connect,
      { 'fd.sport': 4445 },
      { 'fd.sip': '10.1.2.3' },
      { 'fd.sip': '127.0.0.2' },
      { 'fd.cip': '127.0.0.2' },
      { 'fd.sip': '0.0.0.0' },
      { 'fd.typechar': 'u' },
      { 'evt.res': 'ECONNREFUSED', 'evt.rawres': -111 },
    ],
    [{ ...connect, 'fd.sport': 8443 }],
    [{ ...connect, 'fd.sport': 443, 'evt.rawres': 0 }],
    [{ ...datagram, 'fd.sport': 443 }, { 'fd.l4proto': 'tcp' }, { 'evt.type': 'bind' }],
  ],
  'Known pool': [[{ ...connect, 'fd.sip.name': 'pool.example.net' }, { 'fd.sip.name': 'example.net' }]],
  'Node folder mounted': [
    [{ ...first, 'container.mounts': mounts }, { 'container.mounts': mounts.split(' ')[0] }, { 'proc.vpid': 2 }],
    [
      { ...first, 'container.mounts': '/etc:/x::true:private' },
      { 'container.id': 'host', 'container.mounts': undefined },
    ],
  ],
  'Privileged container': [[first, { 'container.privileged': false }, { 'container.privileged': undefined }]],
  Traced: [
    [
      { 'evt.type': 'ptrace', 'evt.arg.request': 'PTRACE_POKETEXT' },
      { 'evt.arg.request': 'PTRACE_TRACEME' },
      { 'evt.type': 'process_vm_writev' },
    ],
  ],
  'Socket as standard input': [
    [
      { ...pod, 'evt.type': 'dup2', 'evt.rawres': 1, 'fd.typechar': '6' },
      { 'evt.rawres': 3 },
      { 'fd.typechar': 'u' },
      { 'container.id': 'host' },
    ],
  ],
  'Environment read': [[{ ...read, 'fd.name': '/proc/7/environ' }, { 'fd.name': '/proc/7/environ.d' }]],
  'Packages changed': [
    [
      { 'evt.type': 'renameat2', 'evt.arg.newpath': '/etc/apt/sources.d/x/y' },
      { 'evt.arg.newpath': '/etc/apt/sources.dx' },
      { 'evt.type': 'linkat' },
    ],
    [
      { 'evt.type': 'openat', 'evt.is_open_write': true, 'fd.typechar': 'f', 'fd.name': '/etc/yum.d/a' },
      { 'fd.name': '/etc/yum.d/a/b' },
    ],
  ],
  'Below a server': [
    [below, { 'proc.aname[3]': 'init' }, { 'proc.pname': undefined }, { 'proc.aexe[3]': 'nginx: worker' }],
    [{ ...below, 'proc.aname[2]': 'php_fpm' }], // a star is no wildcard to startswith
    [{ ...below, 'proc.aname[3]': 'x', 'proc.pexe': '/bin/java', 'proc.pcmdline': 'java -jar -Dapp=1' }],
  ],
  'Key file by detours': [
    [
      { ...read, 'fd.name': '/etc/keys/id', 'fd.nameraw': '/srv/www/../../etc/keys/id' },
      { 'fd.nameraw': '/srv/../etc/keys/id' },
      { 'fd.nameraw': undefined },
      { 'fd.name': '/srv/id' },
    ],
  ],
  'Packets watched': [
    [
      { ...pod, 'evt.type': 'socket', 'evt.arg.domain': 'AF_PACKET', 'proc.name': 'sniffer' },
      { 'evt.arg.domain': 'AF_INET' },
      { 'container.id': 'host' },
    ],
  ],
  'Odd datagram': [
    [
      { ...datagram, 'evt.type': 'recvfrom' },
      { 'fd.sport': 53 },
      { 'fd.cip': '127.0.0.1' },
      { 'evt.type': 'sendto' },
      { 'fd.typechar': 'u' },
    ],
    [{ ...connect, 'evt.type': 'accept', 'evt.rawres': 4, 'fd.l4proto': 'udp' }],
  ],
  'Other proxy': [
    [
      { 'evt.type': 'execve', 'proc.env': 'A=b\0http_proxy=203.0.113.7:8080\0' },
      { 'proc.env': 'A=b\0http_proxy=proxy.example:8080\0' },
      { 'proc.env': 'A=b\0' },
      { 'proc.env': undefined },
    ],
  ],
};

for (const [rule, meant] of Object.entries(cases)) {
  test(`${rule}: fires on what it means, and on no near miss`, () => {
    const fires = (event: NodeEvent): boolean => engines.syscall.match(event).some(({ name }) => name === rule);
    for (const [event, ...misses] of meant) {
      assert.ok(fires(event), JSON.stringify(event));
      for (const miss of misses) assert.ok(!fires({ ...event, ...miss }), JSON.stringify(miss));
    }
  });
}
