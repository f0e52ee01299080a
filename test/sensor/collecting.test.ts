import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordClass } from '../../sensor/publish/record.ts';
import { LaneReader } from '../../sensor/publish/spool/lane-reader.ts';
import { fakePod } from './fake-pod.ts';
import { act, type RunningSensor, sensorMissing, startSensor, workFolder } from './harness.ts';
import { metricsOf } from './metrics.ts';

const rules = `
- rule: Shadow read in a container
  desc: a test
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow and container.id != host
  output: "%proc.name read %fd.name in %k8s.pod.uid"
  priority: WARNING
  tags: [T1003.008]
`;

type Json = Readonly<Record<string, unknown>>;

describe('what a sensor collects', { skip: await sensorMissing() }, () => {
  const home = workFolder();
  const spool = join(home, 'spool');
  const ruleFile = join(home, 'rules.yaml');
  const metrics = join(home, 'metrics.sock');
  mkdirSync(spool);
  writeFileSync(ruleFile, rules);
  const sensors: RunningSensor[] = [];
  after(async () => {
    for (const sensor of sensors) await sensor.kill();
  });

  async function start(...more: readonly string[]): Promise<RunningSensor> {
    const sensor = await startSensor('--rules', ruleFile, ...more);
    sensors.push(sensor);
    return sensor;
  }

  function spooled(recordClass: RecordClass): readonly Json[] {
    const reader = new LaneReader(spool, recordClass, 1, { skippedBytes: 0, refusedPages: 0 });
    const found: Json[] = [];
    for (let page = reader.peek(); page; page = reader.peek()) {
      assert.equal(page.first, reader.next, 'no number is missing');
      found.push(
        ...page.payload
          .toString()
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Json),
      );
      reader.take(page);
    }
    reader.close();
    return found;
  }

  async function found(recordClass: RecordClass, fits: (record: Json) => boolean): Promise<Json> {
    for (const limit = Date.now() + 10_000; Date.now() < limit; await sleep(50)) {
      const record = spooled(recordClass).find(fits);
      if (record) return record;
    }
    assert.fail(`there is no such ${recordClass} among ${spooled(recordClass).length}`);
  }

  const readsShadow = async (): Promise<string> => {
    const pod = fakePod();
    try {
      const { status } = await pod.run('sh', '-c', 'head -c1 /etc/shadow');
      assert.equal(status, 0);
      return pod.uid;
    } finally {
      await pod.remove();
    }
  };

  test('alerts and program starts, with the pod, go into the spool; killed, it says so when it is started again', async () => {
    const collecting = ['--spool', spool, '--metrics', `unix:${metrics}`];
    const sensor = await start(...collecting);
    const uid = await readsShadow();
    const alert = await found('alert', ({ event }) => (event as Json)['k8s.pod.uid'] === uid);
    assert.partialDeepStrictEqual(alert, {
      rule: 'Shadow read in a container',
      severity: 'MEDIUM',
      techniques: ['T1003.008'],
      output: `head read /etc/shadow in ${uid}`,
      event: { 'fd.name': '/etc/shadow', 'proc.name': 'head' },
    });
    await found('process', (event) => event['proc.cmdline'] === 'head -c1 /etc/shadow' && event['k8s.pod.uid'] === uid);
    const declared = await found('gap', ({ where }) => where === 'declared');
    assert.ok((declared.gaps as readonly Json[]).some(({ cause }) => cause === 'io_uring'));
    assert.deepEqual(
      spooled('gap').filter(({ where }) => where !== 'declared'),
      [],
    );
    const made = await metricsOf(metrics, 'portolan_sensor_records_made_total');
    assert.ok((made.process ?? 0) >= spooled('process').length && (made.alert ?? 0) >= 1);
    let execs = 0; // the loader tells its counters once a second
    for (const limit = Date.now() + 5_000; execs === 0 && Date.now() < limit; await sleep(100))
      execs = (await metricsOf(metrics, 'portolan_sensor_kernel_made_total')).exec ?? 0;
    assert.ok(execs > 0, 'the kernel counts');

    await sensor.kill();
    const again = await start(...collecting);
    const gap = await found('gap', ({ where }) => where === 'collector');
    assert.equal(gap.count, null);
    await act('true', 'after the kill');
    await found('process', (event) => event['proc.cmdline'] === 'true after the kill');
    assert.equal(await again.stop(), 0);
    const third = await start(...collecting);
    assert.equal(await third.stop(), 0);
    assert.equal(spooled('gap').filter(({ where }) => where === 'collector').length, 1, 'who is stopped leaves no gap');
  });

  test('--no-connect leaves out a class of connects, and declares it', async () => {
    const own = join(home, 'without-unix');
    const sensor = await startSensor('--spool', own, '--no-connect', 'unix', '--no-connect', 'loopback');
    sensors.push(sensor);
    const text = (): string =>
      readdirSync(own)
        .map((name) => readFileSync(join(own, name), 'latin1'))
        .join('');
    for (
      const limit = Date.now() + 10_000;
      !text().includes('Connects to unix addresses are left out');
      await sleep(50)
    )
      assert.ok(Date.now() < limit, 'it is declared');
    assert.match(text(), /Connects to loopback addresses are left out/);
    await sensor.stop();
  });

  test('--rules prints alerts in place of events', async () => {
    const sensor = await start();
    const uid = await readsShadow();
    const line = await sensor.find('the alert', (line) => String(line.output).endsWith(uid));
    assert.equal(line.rule, 'Shadow read in a container');
    assert.ok(sensor.lines().every(({ rule }) => rule === 'Shadow read in a container'));
    await sensor.stop();
  });
});
