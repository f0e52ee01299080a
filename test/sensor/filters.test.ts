import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SensorEvent } from '../../sensor/events/event.ts';
import { defaultFilter, type Filter } from '../../sensor/loader/orders.ts';
import { sense } from '../../sensor/sense.ts';
import type { Gap, KernelCounter } from '../../sensor/status.ts';
import { type FakePod, fakePod } from './fake-pod.ts';
import { act, compileActor, sensorBuild, sensorMissing, workFolder } from './harness.ts';

interface Watched {
  readonly events: readonly SensorEvent[];
  readonly gaps: readonly Gap[];
  readonly kernel: Readonly<Record<number, KernelCounter>>;
}

/** All that a sensor with this filter says of `during`. */
async function watch(filter: Partial<Filter>, during: () => Promise<unknown>): Promise<Watched> {
  const stop = new AbortController();
  const events: SensorEvent[] = [];
  const gaps: Gap[] = [];
  const sensor = sense({
    build: await sensorBuild(),
    filter: { ...defaultFilter, ...filter },
    ringBytes: 8 << 20,
    signal: stop.signal,
    onAttached: () => {
      void during().finally(() => setTimeout(() => stop.abort(), 100));
    },
  });
  for await (const sensed of sensor.output) {
    if ('events' in sensed) events.push(...sensed.events);
    else gaps.push(sensed.gap);
  }
  return { events, gaps, kernel: sensor.status.kernel };
}

describe('filters', { skip: await sensorMissing() }, () => {
  const work = workFolder();
  let [load, actor] = ['', ''];
  const pods: FakePod[] = [];

  before(async () => {
    load = await compileActor(work, 'load');
    actor = await compileActor(work, 'actor');
  });
  after(async () => {
    for (const pod of pods) await pod.remove();
  });

  const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0);
  const total = (kernel: Watched['kernel'], what: keyof KernelCounter): number =>
    sum(Object.values(kernel).map((counter) => counter[what]));

  test('a process may send so many events of a type in a second; what is held back is counted, and told', async () => {
    const rate = 50;
    const { events, gaps, kernel } = await watch({ rate, everyOpen: true }, async () => {
      await act(load, 'open', '20000', '10000');
      await act(load, 'shadow', '20');
    });
    const opens = events.filter(({ type, process }) => type.startsWith('open') && process.self.image?.name === 'load');
    const seconds = new Map<number, { count: number; readonly numbers: Set<number> }>();
    for (const { process, time, last, count } of opens) {
      const { pid } = process.self;
      const own = seconds.get(pid) ?? { count: 0, numbers: new Set() };
      own.count += count;
      for (const moment of [time, last]) own.numbers.add(Math.floor(moment / 2 ** 30));
      seconds.set(pid, own);
    }
    for (const { count, numbers } of seconds.values()) assert.ok(count <= rate * numbers.size);
    assert.equal(seconds.size, 2, 'two processes');
    const limited = total(kernel, 'limited');
    assert.ok(limited > 19_000, String(limited)); // and what else the machine does
    assert.equal(sum(gaps.filter(({ where }) => where === 'rate').map(({ count }) => count ?? 0)), limited);
    for (const { made, sent, lost, filtered, limited } of Object.values(kernel))
      assert.equal(made, sent + lost + filtered + limited);
    assert.equal(sum(events.map(({ count }) => count)), total(kernel, 'sent'));
    assert.ok(
      events.some(({ process }) => process.self.image?.argv.at(-2) === 'shadow'),
      'others are not held back',
    );
  });

  for (const only of [true, false]) {
    test(`${only ? 'only' : 'all but'} some cgroups`, async () => {
      const [one, other] = [fakePod(), fakePod()];
      const ids = [one.cgroupId];
      pods.push(one, other);
      const { events, kernel } = await watch({ cgroups: { only, ids } }, async () => {
        await one.runPlain('true', 'in one');
        await other.runPlain('true', 'in the other');
        await act('true', 'on the host');
      });
      const ran = events.filter(({ type }) => type === 'execve').map(({ process }) => process.self.image?.argv[1]);
      assert.deepEqual(
        ['in one', 'in the other', 'on the host'].map((argument) => ran.includes(argument)),
        [only, !only, !only],
      );
      for (const { container } of events) assert.equal(container?.podUid === one.uid, only);
      assert.ok(total(kernel, 'filtered') > 0);
    });
  }

  test('connections by the class of the address', async () => {
    const targets = ['127.0.0.1', '10.255.255.1', '::1', '::ffff:127.0.0.1'];
    const { events } = await watch({ connects: { loopback: false } }, async () => {
      for (const address of targets) await act('timeout', '0.2', actor, 'connect', address, '1');
    });
    const seen = events.filter(({ type, process }) => type === 'connect' && process.self.image?.name === 'actor');
    assert.ok(seen.length <= 1);
    for (const { fields } of seen) assert.equal(fields['fd.sip'], '10.255.255.1');
    const everything = await watch({}, async () => {
      for (const address of targets) await act('timeout', '0.2', actor, 'connect', address, '1');
    });
    const all = everything.events.filter(
      ({ type, process }) => type === 'connect' && process.self.image?.name === 'actor',
    );
    assert.ok(all.some(({ fields }) => fields['fd.sip'] === '127.0.0.1'));
  });
});
