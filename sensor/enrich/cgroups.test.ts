import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventRecord, Payload } from '../events/record.ts';
import { eventTypes } from '../events/types.ts';
import { encodeEvent } from '../frames/testing/encode.ts';
import { Cgroups } from './cgroups.ts';

const id = 'a'.repeat(64);

/** A CGROUP event: the names from the leaf up. */
function record(...names: readonly string[]): EventRecord {
  const body = Buffer.alloc(8 * 128);
  for (const [level, name] of names.entries()) body.write(name, level * 128);
  const event = encodeEvent({ type: eventTypes.cgroup, body });
  return new EventRecord(new Payload(event), 0, event.length);
}

test('what is known of a container is there with its first event', () => {
  const details = { name: 'web', image: 'shop/web', pod: 'web-0', namespace: 'shop', privileged: true, mounts: '' };
  const cgroups = new Cgroups((container) => (container.id === id ? details : undefined));
  cgroups.add(1, record(`cri-containerd-${id}.scope`, 'kubepods.slice'));
  cgroups.add(2, record(`cri-containerd-${'b'.repeat(64)}.scope`, 'kubepods.slice'));
  cgroups.add(3, record('ssh.service', 'system.slice'));
  assert.deepEqual(cgroups.find(1)?.details, details);
  assert.deepEqual([cgroups.find(2)?.id, cgroups.find(2)?.details], ['b'.repeat(64), undefined]);
  assert.equal(cgroups.find(3), null);
  assert.equal(cgroups.find(4), undefined);
});
