import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  deliveredArguments,
  deliveredNames,
  deliveredTypes,
  toldTypes,
} from '../../detections/engine/fields/syscall-names.ts';
import { encodeEvent } from '../frames/testing/encode.ts';
import { probes } from '../probes/index.ts';
import { ownReaders } from './fields.ts';
import { longReaders, processReaders } from './process-fields.ts';
import { EventRecord, eventHeaderBytes, Payload } from './record.ts';
import { eventTypes } from './types.ts';

// What the engine says of a rule (covered, partly, not) is worth what it knows of the events.

const bodyBytes = 4096;
/** Numbers that bring out more fields: the family of a Unix socket, the length of the path that an open was given. */
const bodies = [[], [{ at: 8, is: 1 }], [{ at: 28, is: 1 }]];

/** The fields that the events of each probe have of their own, whatever stands in them. */
function ownNames(): ReadonlySet<string> {
  const names = new Set<string>();
  for (const probe of probes) {
    for (const call of probe.types.keys()) {
      for (const numbers of bodies) {
        const body = Buffer.alloc(bodyBytes);
        for (const { at, is } of numbers) body.writeUInt16LE(is, at);
        const event = encodeEvent({ type: eventTypes[probe.name], body });
        event[7] = call;
        const record = new EventRecord(new Payload(event), 0, eventHeaderBytes + bodyBytes);
        for (const name of Object.keys(probe.fields(record))) names.add(name);
      }
    }
  }
  return names;
}

test('rules know what the events of the sensor are', () => {
  const types = new Set([...probes.flatMap(({ types }) => types), 'drop']);
  assert.deepEqual([...types].sort(), [...deliveredTypes].sort());
  for (const [type, told] of toldTypes) {
    assert.ok(!types.has(type), `${type} is told under its own name`);
    assert.ok(types.has(told), `${told} is no event`);
  }
});

test('rules know what fields the events of the sensor have', () => {
  const own = [...ownNames()];
  const asked = (name: string): string => name.replace(/\[\d+\]$/, '');
  const head = ['evt.time', 'evt.type', 'evt.count', 'evt.truncated'];
  const target = ['target.proc.name', 'target.container.id', 'target.k8s.pod.uid'];
  const all = new Set([
    ...head,
    ...target,
    ...own,
    ...[...ownReaders, ...processReaders, ...longReaders].map(([name]) => asked(name)),
  ]);
  // Capabilities are named by the engine; those of DNS are ours alone.
  const others = /^(?:evt\.arg\.|thread\.cap_|dns\.)|^evt\.failed$/;
  assert.deepEqual([...all].filter((name) => !others.test(name)).sort(), [...deliveredNames].sort());
  const given = own.filter((name) => name.startsWith('evt.arg.')).map((name) => name.slice(8));
  assert.deepEqual(given.sort(), [...deliveredArguments].sort());
});
