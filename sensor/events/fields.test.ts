import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '../enrich/process.ts';
import { namespaceKinds } from '../probes/probe.ts';
import type { SensorEvent } from './event.ts';
import { askedFields, eventFields, ownReaders } from './fields.ts';
import { lineWriter } from './line.ts';
import { type Naming, processReaders } from './process-fields.ts';

const naming: Naming = {
  time: (boot) => `at ${boot}`,
  user: (uid) => (uid === 0 ? 'root' : undefined),
  group: (gid) => (gid === 7 ? 'wheel' : undefined),
  host: (address) => (address === '192.0.2.1' ? 'example.org' : undefined),
};

function identity(pid: number, name: string): Identity {
  const image = {
    ...{
      name,
      exepath: `/bin/${name}`,
      argv: [name, '-c', 'id'],
      cwd: '/srv',
      environment: 'PATH=/bin\0TOKEN=s3cret\0',
      loginuid: 0,
      tty: 3,
      session: 2,
      group: 2,
    },
    ...{ vpid: 1, vgroup: 1, upperLayer: true, memfd: false, unlinked: false },
    capabilities: { effective: 'e', permitted: 'p', inheritable: 'i' },
    namespaces: Object.fromEntries(namespaceKinds.map((kind, at) => [kind, at])) as Record<
      (typeof namespaceKinds)[number],
      number
    >,
  };
  return { pid, start: 1, image, vpid: 1 };
}

const stranger: Identity = { pid: 5, start: 1, image: null, vpid: 0 };
const host: SensorEvent = {
  ...{ type: 'openat', time: 10, count: 1, last: 10, tid: 4, uid: 0, gid: 7, container: null, target: undefined },
  process: { self: identity(4, 'sh'), ancestors: [identity(3, 'sshd'), stranger, identity(2, 'init')] },
  fields: { 'fd.name': '/etc/shadow', 'evt.rawres': 3 },
};
const details = {
  name: 'web',
  image: 'registry:5000/shop/web:1.2@sha256:ab',
  pod: 'web-1',
  namespace: 'shop',
  privileged: true,
  mounts: '/:/host::true:private',
};
const container = { id: 'a'.repeat(64), runtime: 'containerd', podUid: 'uid', details } as const;

const events: Readonly<Record<string, SensorEvent>> = {
  'of the host': host,
  'of a container, repeated': { ...host, count: 3, last: 12, uid: 9, gid: 9, container },
  'of a pod, to another': {
    ...host,
    container: { ...container, id: null },
    target: { process: host.process, container },
  },
  'of an unknown process in an unknown cgroup': {
    ...{ ...host, container: undefined, fields: {} },
    process: { self: stranger, ancestors: [] },
  },
};

for (const [name, event] of Object.entries(events)) {
  test(`fields that are asked for are those of the whole event: ${name}`, () => {
    const asked = askedFields(event, naming);
    const whole = eventFields(event, naming);
    for (const field of new Set([
      ...Object.keys(whole),
      ...[...ownReaders, ...processReaders].map(([field]) => field),
      'evt.none',
    ]))
      assert.equal(asked[field], whole[field], field);
  });
}

test('the ends of a connection have the names that are known of their addresses', () => {
  const fields = eventFields({ ...host, fields: { 'fd.sip': '192.0.2.1', 'fd.cip': '192.0.2.2' } }, naming);
  assert.deepEqual([fields['fd.sip.name'], fields['fd.cip.name']], ['example.org', undefined]);
});

test('users and groups that an event names are told by name, too', () => {
  const fields = eventFields({ ...host, fields: { 'evt.arg.uid': 0, 'evt.arg.gid': 8 } }, naming);
  assert.deepEqual([fields['evt.arg.uid.name'], fields['evt.arg.gid.name']], ['root', undefined]);
});

test('what of the node a container sees is there for rules, and not in lines', () => {
  assert.equal(askedFields({ ...host, container }, naming)['container.mounts'], '/:/host::true:private');
  assert.equal('container.mounts' in eventFields({ ...host, container }, naming), false);
});

test('lines of one process tell of each event its own', () => {
  const line = lineWriter(naming);
  for (const event of [host, { ...host, time: 20, fields: { 'fd.sip': '192.0.2.1' } }, { ...host, uid: 7 }]) {
    const { 'evt.count': count, ...whole } = eventFields(event, naming);
    assert.deepEqual(JSON.parse(line(event)), { ...whole, 'evt.count': count });
  }
});

test('what a process, its ancestors and its container tell has a name each', () => {
  const fields = eventFields({ ...host, container }, naming);
  const expected = {
    ...{
      'proc.cmdline': 'sh -c id',
      'proc.ppid': 3,
      'proc.aname[1]': 'sshd',
      'proc.aname[2]': '',
      'proc.sname': 'init',
    },
    ...{ 'user.name': 'root', 'group.name': 'wheel', 'container.id': 'a'.repeat(12), 'k8s.pod.name': 'web-1' },
    ...{ 'container.image.repository': 'registry:5000/shop/web', 'container.image.tag': '1.2' },
    'container.image.digest': 'sha256:ab',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, fields[name]])), expected);
  assert.equal('proc.aname[4]' in fields, false);
});
