import assert from 'node:assert/strict';
import { frameReader } from '../../sensor/frames/frame-reader.ts';
import { everyEvent } from '../../sensor/loader/asked-more.ts';
import { defaultFilter, orders } from '../../sensor/loader/orders.ts';
import { runLoader } from '../../sensor/loader/run-loader.ts';
import type { SensorStatus } from '../../sensor/status.ts';
import { sensorBuild } from './harness.ts';

/** Of a HELLO frame the programs, of an END frame the counters. */
export interface Said {
  readonly programs?: SensorStatus['programs'];
  readonly types?: SensorStatus['kernel'];
}

/** All that can be asked for, so that the kernel's verifier sees it. */
const everything = { ...everyEvent(defaultFilter), environments: true, everySocket: true };

/** What a loader says of an object from its start to its end, by type of frame, when it is asked to end at once. */
export async function runObject(object: string): Promise<ReadonlyMap<string, Said>> {
  const { loader: program } = await sensorBuild();
  const loader = runLoader({ loader: program, object }, orders(everything, 1 << 20, process.pid));
  const reader = frameReader({ skippedBytes: 0, refused: 0, missing: 0 });
  const said = new Map<string, Said>();
  for await (const chunk of loader.output)
    for (const { type, payload } of reader.read(chunk)) {
      if (type === 'hello') loader.stop();
      if (type !== 'events') said.set(type, JSON.parse(payload.toString()) as Said);
    }
  const { status, errors } = await loader.ended();
  assert.equal(status, 0, errors);
  return said;
}
