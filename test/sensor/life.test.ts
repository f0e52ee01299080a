import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  act,
  compileActor,
  programsOf,
  type RunningSensor,
  sensorMissing,
  startSensor,
  workFolder,
} from './harness.ts';

describe('the life of the sensor', { skip: await sensorMissing() }, () => {
  let actor = '';
  const sensors: RunningSensor[] = [];

  before(async () => {
    actor = await compileActor(workFolder(), 'actor');
  });
  after(async () => {
    for (const sensor of sensors) await sensor.kill();
  });

  async function start(): Promise<{ readonly sensor: RunningSensor; readonly programs: readonly string[] }> {
    const sensor = await startSensor();
    sensors.push(sensor);
    const programs = programsOf(sensor.loaderPid()).map(String);
    assert.ok(programs.length > 5, 'the loader holds its programs');
    assert.deepEqual(await inKernel(programs), programs);
    return { sensor, programs };
  }

  async function inKernel(programs: readonly string[]): Promise<readonly string[]> {
    const { out } = await act(actor, 'programs', ...programs);
    return out.split('\n').filter(Boolean);
  }

  /** The kernel frees programs soon after their last holder has gone, not at once. */
  async function assertGone(programs: readonly string[]): Promise<void> {
    for (let attempt = 0; attempt < 50 && (await inKernel(programs)).length > 0; attempt++) await sleep(100);
    assert.deepEqual(await inKernel(programs), []);
  }

  test('stops when asked, with status 0, and leaves no program behind', async () => {
    const { sensor, programs } = await start();
    assert.equal(await sensor.stop(), 0);
    await assertGone(programs);
  });

  test('killed, it leaves no program behind', async () => {
    const { sensor, programs } = await start();
    await sensor.kill();
    await assertGone(programs);
  });

  test('a loader that is killed leaves no program behind', async () => {
    const { sensor, programs } = await start();
    process.kill(sensor.loaderPid(), 'SIGKILL');
    await assertGone(programs);
    await sensor.kill();
  });

  test('after attaching the loader has no capability, no user, and no way to get any', async () => {
    const { sensor } = await start();
    const status = readFileSync(`/proc/${sensor.loaderPid()}/status`, 'utf8');
    const value = (key: string): string => new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(status)?.[1] ?? '';
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.equal(value(set), '0000000000000000', set);
    assert.equal(value('NoNewPrivs'), '1');
    assert.equal(value('Uid'), '65534\t65534\t65534\t65534');
    assert.equal(value('Gid'), '65534\t65534\t65534\t65534');
    assert.equal(value('Groups').trim(), '');
    await act('true', 'without privileges');
    await sensor.find('the event', (line) => line['proc.cmdline'] === 'true without privileges');
    assert.equal(await sensor.stop(), 0);
  });

  test('a loader that crashes is started again, and the gap is told of', async () => {
    const { sensor, programs } = await start();
    const first = sensor.loaderPid();
    process.kill(first, 'SIGSEGV');
    const gap = await sensor.find('a gap', (line) => line['evt.type'] === 'drop');
    assert.equal(gap['drop.where'], 'loader');
    assert.match(String(gap['drop.reason']), /SIGSEGV/);
    await assertGone(programs);
    for (let attempt = 0; attempt < 100 && sensor.loaderPid() === first; attempt++) await sleep(50);
    assert.notEqual(sensor.loaderPid(), first);
    await act('true', 'after the crash');
    const line = await sensor.find('the event', (line) => line['proc.cmdline'] === 'true after the crash');
    assert.equal(line['proc.ppid'], process.pid);
    assert.equal(await sensor.stop(), 0);
  });
});
