import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { decoder } from '../../sensor/decode.ts';
import { ProcessTree } from '../../sensor/enrich/process-tree.ts';
import { eventHeaderBytes } from '../../sensor/events/record.ts';
import { eventTypes } from '../../sensor/events/types.ts';
import { frameReader } from '../../sensor/frames/frame-reader.ts';
import { encodeEvent } from '../../sensor/frames/testing/encode.ts';
import { defaultFilter, orders } from '../../sensor/loader/orders.ts';
import { runLoader } from '../../sensor/loader/run-loader.ts';
import type { KernelCounter } from '../../sensor/status.ts';
import { random, seeds } from '../property/random.ts';
import { compileActor, sensorBuild, sensorMissing, workFolder } from './harness.ts';

// docs/protocol/sensor.md, section 3, "Repeats".

const { cgroup, exec, exit, fork } = eventTypes;
const unmerged: readonly number[] = [cgroup, exec, exit, fork];

interface Seen {
  readonly type: number;
  readonly pid: number;
  readonly body: string;
  readonly time: number;
}

interface Merged extends Omit<Seen, 'times'> {
  readonly time: number;
  readonly last: number;
  readonly count: number;
}

/** Puts events into a frame the naive way, but where the tables had no room, as `found` shows; says how often that was. */
function merge(events: readonly Seen[], found: readonly Merged[]): readonly [frame: readonly Merged[], apart: number] {
  const frame: Merged[] = [];
  let apart = 0;
  for (const { type, pid, body, time } of events) {
    const fence = frame.findLastIndex((other) => other.pid === pid && other.type !== type && other.type !== cgroup);
    const same = frame.findLastIndex((other) => other.pid === pid && other.type === type && other.body === body);
    const first = frame[same];
    const repeats = first !== undefined && same > fence && !unmerged.includes(type);
    const isApart = found[frame.length]?.time === time;
    if (repeats && isApart) apart++;
    if (repeats && !isApart) frame[same] = { ...first, last: time, count: first.count + 1 };
    else frame.push({ type, pid, body, time, last: time, count: 1 });
  }
  return [frame, apart];
}

function read(frame: Buffer): readonly Merged[] {
  const found: Merged[] = [];
  for (let at = 0; at < frame.length; ) {
    const size = frame.readUInt32LE(at);
    const [time, last] = [Number(frame.readBigUInt64LE(at + 8)), Number(frame.readBigUInt64LE(at + 48))];
    const body = frame.toString('latin1', at + eventHeaderBytes, at + size);
    const count = frame.readUInt32LE(at + 56);
    found.push({ type: frame.readUInt16LE(at + 4), pid: frame.readUInt32LE(at + 32), body, time, last, count });
    at += (size + 7) & ~7;
  }
  return found;
}

describe('repeats', { skip: await sensorMissing() }, async () => {
  const work = workFolder();
  const [program, load] = [await compileActor(work, 'repeats'), await compileActor(work, 'load')];

  for (const seed of seeds(30)) {
    test(`a frame has what a naive merge has, seed ${seed}`, () => {
      const { integer, pick } = random(seed);
      const types = [eventTypes.open, eventTypes.open, eventTypes.connect, exec, fork, exit, cgroup];
      const processes = 1 + integer(4);
      const events = Array.from({ length: 5_000 }, (_, time): Seen => {
        const body = 'abcdefghijklm'.slice(integer(3), 8 + integer(3));
        return { type: integer(40) === 0 ? pick(types) : eventTypes.open, pid: integer(processes), body, time };
      });
      const input = events.map(({ type, pid, body, time }) =>
        encodeEvent({ type, pid, start: pid, time, body: Buffer.from(body) }),
      );
      const { stdout } = spawnSync(program, { input: Buffer.concat(input), maxBuffer: 16 << 20 });
      const found = read(stdout);
      const [expected, apart] = merge(events, found);
      assert.ok(expected.length < events.length / 2 && apart < events.length / 100, `${expected.length}, ${apart}`);
      // One by one: a diff of all of them would take gigabytes.
      for (const [index, event] of expected.entries()) assert.deepEqual(found[index], event);
      assert.equal(found.length, expected.length);
    });
  }

  test('many processes and files: what does not fit the tables stays apart, and nothing is lost', () => {
    const { integer } = random(1);
    const input = Array.from({ length: 50_000 }, (_, time) =>
      encodeEvent({ type: eventTypes.open, pid: integer(3_000), time, body: Buffer.from(`file ${integer(3)}`) }),
    );
    const { stdout } = spawnSync(program, { input: Buffer.concat(input), maxBuffer: 16 << 20 });
    const found = read(stdout);
    assert.equal(
      found.reduce((sum, { count }) => sum + count, 0),
      input.length,
    );
    assert.ok(found.length < input.length);
  });

  for (const ringBytes of [64 << 10, 8 << 20]) {
    test(`every open of a flood is counted, ring of ${ringBytes >> 10} KiB`, async () => {
      mkdirSync(join(work, String(ringBytes)));
      const filter = { ...defaultFilter, everyOpen: true };
      const loader = runLoader(await sensorBuild(), orders(filter, ringBytes, process.pid));
      const reader = frameReader({ skippedBytes: 0, refused: 0, missing: 0 });
      const { decode } = decoder(new ProcessTree(), { size: 0, type: 0, body: 0 });
      let [opens, records, mostAtOnce] = [0, 0, 0];
      let counters: Readonly<Record<number, KernelCounter>> = {};
      for await (const chunk of loader.output) {
        for (const { type, payload } of reader.read(chunk)) {
          if (type === 'hello')
            void promisify(execFile)(load, ['open', '200000']).finally(() => setTimeout(() => loader.stop(), 100));
          if (type === 'end') counters = JSON.parse(payload.toString()).types;
          if (type !== 'events') continue;
          for (const { type, count, time, last } of [...decode(payload)].flat()) {
            assert.ok(last >= time && (count > 1 || last === time));
            if (type !== 'openat' && type !== 'open') continue;
            opens += count;
            records++;
            mostAtOnce = Math.max(mostAtOnce, count);
          }
        }
      }
      const { made = 0, sent = 0, lost = 0, filtered = 0, limited = 0 } = counters[eventTypes.open] ?? {};
      assert.equal(opens, sent);
      assert.equal(made, sent + lost + filtered + limited);
      assert.ok(made >= 200_000);
      assert.ok(mostAtOnce > 100 && records < sent / 10);
      if (ringBytes === 64 << 10) assert.ok(lost > 0);
    });
  }
});
