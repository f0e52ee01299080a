import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadRules } from '../../detections/engine/load.ts';
import type { SensorEvent } from '../events/event.ts';
import type { DeclaredGap } from '../gaps.ts';
import { budget } from './budget.ts';
import { firstSeen } from './first-seen.ts';
import { type RecordClass, recordClasses } from './record.ts';
import { Recorder } from './recorder.ts';
import { LaneReader } from './spool/lane-reader.ts';
import { SpoolWriter } from './spool/spool-writer.ts';

const home = mkdtempSync(join(tmpdir(), 'portolan-recorder-'));
after(() => rmSync(home, { recursive: true }));

const naming = {
  time: () => '2026-01-02T03:04:05.000000000Z',
  user: () => undefined,
  group: () => undefined,
  host: () => undefined,
};
const rules = `
- rule: Shadow read
  desc: a test
  condition: evt.type = openat and fd.name = /etc/shadow
  output: "%proc.name read %fd.name"
  priority: WARNING
- rule: Keep mounts
  desc: a test
  condition: evt.type = mount
  output: "%evt.type"
  priority: DEBUG
  tags: [keep]
`;

function event(type: string, fields: SensorEvent['fields'] = {}): SensorEvent {
  const process = { self: { pid: 7, start: 1, vpid: 7, image: null }, ancestors: [] };
  return {
    type,
    time: 1,
    count: 1,
    last: 1,
    tid: 7,
    uid: 0,
    gid: 0,
    process,
    container: null,
    target: undefined,
    fields,
  } as SensorEvent;
}

function recorded(folder: string, recordClass: RecordClass): readonly Record<string, unknown>[] {
  const reader = new LaneReader(folder, recordClass, 1, { skippedBytes: 0, refusedPages: 0 });
  const found: Record<string, unknown>[] = [];
  for (let page = reader.peek(); page; page = reader.peek()) {
    found.push(
      ...page.payload
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    );
    reader.take(page);
  }
  reader.close();
  return found;
}

test('alerts, starts, new connections and what a rule keeps are recorded; the rest passes', () => {
  const folder = join(home, 'classes');
  const spool = new SpoolWriter({ folder, limitBytes: 1 << 20 });
  const { engines, problems } = loadRules([{ name: 'test', text: rules }]);
  assert.deepEqual(problems, []);
  const recorder = new Recorder({ engine: engines.syscall, naming, spool, budget: 1000, declared: () => null });
  const connect = event('connect', { 'fd.rip': '10.0.0.1', 'fd.sport': 443, 'fd.l4proto': 'tcp' });
  recorder.take({
    events: [
      event('openat', { 'fd.name': '/etc/shadow' }),
      event('openat', { 'fd.name': '/etc/hostname' }),
      event('execve'),
      connect,
      connect,
      event('mount'),
    ],
  });
  recorder.take({ gap: { time: 1, where: 'kernel', count: 3, reason: 'the ring was full' } });
  recorder.close();
  spool.close();
  const [alert] = recorded(folder, 'alert');
  assert.equal(alert?.rule, 'Shadow read');
  assert.partialDeepStrictEqual(alert, { event: { 'evt.type': 'openat', 'fd.name': '/etc/shadow' } });
  const types = (recordClass: RecordClass) => recorded(folder, recordClass).map((record) => record['evt.type']);
  assert.deepEqual([types('process'), types('connection'), types('event')], [['execve'], ['connect'], ['mount']]);
  assert.deepEqual(recorded(folder, 'gap'), [
    { time: naming.time(), where: 'kernel', count: 3, reason: 'the ring was full' },
  ]);
  assert.deepEqual(recorder.status.made, { gap: 1, alert: 1, process: 1, connection: 1, event: 1 });
  assert.equal(recorder.status.passed, 2);
  assert.equal(
    readFileSync(join(folder, readdirSync(folder)[0] ?? ''))
      .subarray(0, 4)
      .toString(),
    'PTLS',
  );
});

test('what is over the budget is counted, and told of', () => {
  const folder = join(home, 'budget');
  const spool = new SpoolWriter({ folder, limitBytes: 1 << 20 });
  const { engines } = loadRules([{ name: 'test', text: rules }]);
  const recorder = new Recorder({ engine: engines.syscall, naming, spool, budget: 10, declared: () => null });
  recorder.take({ events: Array.from({ length: 500 }, () => event('mount')) });
  recorder.take({ events: Array.from({ length: 50 }, () => event('openat', { 'fd.name': '/etc/shadow' })) });
  recorder.close();
  spool.close();
  const { made, overBudget } = recorder.status;
  assert.equal(made.event, recorded(folder, 'event').length + overBudget.event);
  assert.ok(overBudget.event > 400);
  assert.equal(overBudget.alert, 0);
  const [gap] = recorded(folder, 'gap');
  assert.deepEqual([gap?.where, gap?.class, gap?.count], ['budget', 'event', overBudget.event]);
});

test('what is not seen is told when it is known, when it changes, and every minute', (context) => {
  context.mock.timers.enable({ apis: ['Date'] });
  const now = context.mock.method(performance, 'now', () => 0);
  const folder = join(home, 'declared');
  const spool = new SpoolWriter({ folder, limitBytes: 1 << 20 });
  const { engines } = loadRules([{ name: 'test', text: rules }]);
  let declared: readonly DeclaredGap[] | null = null;
  const recorder = new Recorder({ engine: engines.syscall, naming, spool, budget: 10, declared: () => declared });
  const flushAt = (ms: number): void => {
    now.mock.mockImplementation(() => ms);
    recorder.flush();
  };
  flushAt(0);
  declared = [{ cause: 'design', probe: 'dns', reason: 'not over TCP' }];
  flushAt(1_000);
  flushAt(2_000);
  declared = [];
  flushAt(3_000);
  flushAt(62_000);
  flushAt(63_000);
  spool.close();
  assert.deepEqual(
    recorded(folder, 'gap').map(({ where, gaps }) => [where, (gaps as readonly unknown[]).length]),
    [
      ['declared', 1],
      ['declared', 0],
      ['declared', 0],
    ],
  );
});

test('a budget is drained by the least precious first, and fills again', () => {
  let now = 0;
  const allowed = budget(100, () => now);
  const taken = (recordClass: RecordClass): number => {
    let count = 0;
    while (count < 2_000 && allowed(recordClass)) count++;
    return count;
  };
  assert.deepEqual(recordClasses.toReversed().map(taken), [400, 200, 200, 200, 2_000]);
  assert.equal(taken('alert'), 0);
  now += 1_000;
  assert.deepEqual([taken('event'), taken('alert')], [0, 100]);
});

test('a connection is new once an hour', () => {
  let now = 0;
  const isNew = firstSeen(() => now);
  const connect = { 'evt.type': 'connect', 'container.id': 'a', 'fd.rip': '10.0.0.1', 'fd.sport': 443 };
  assert.deepEqual([isNew(connect), isNew(connect)], [true, false]);
  assert.equal(isNew({ ...connect, 'container.id': 'b' }), true);
  assert.equal(isNew({ ...connect, 'fd.sport': 80 }), true);
  assert.equal(isNew({ ...connect, 'evt.type': 'openat' }), false);
  now += 3_600_000;
  assert.equal(isNew(connect), true);
});
