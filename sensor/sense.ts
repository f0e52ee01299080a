import { setTimeout as sleep } from 'node:timers/promises';
import { type SensorBuild, SensorUnavailable } from './build.ts';
import { decoder } from './decode.ts';
import { processIds, snapshotProcesses } from './enrich/proc.ts';
import { ProcessTree } from './enrich/process-tree.ts';
import { bootClock, type Clock } from './events/clock.ts';
import type { SensorEvent } from './events/event.ts';
import type { Frame } from './frames/frame.ts';
import { frameReader } from './frames/frame-reader.ts';
import { refusedPrograms } from './gaps.ts';
import { type Filter, orders } from './loader/orders.ts';
import { runLoader } from './loader/run-loader.ts';
import { type Gap, type KernelCounter, type SensorStatus, sensorStatus } from './status.ts';

export interface SenseOptions {
  readonly build: SensorBuild;
  readonly filter: Filter;
  /** A power of two; the more, the longer a burst it holds. */
  readonly ringBytes: number;
  /** Ends the sensor. */
  readonly signal: AbortSignal;
  /** Told once the programs of a loader are attached. */
  readonly onAttached?: (loaderPid: number) => void;
}

/** What the sensor saw since the last time, in order; or that it may not have seen something. */
export type Sensed = { readonly events: readonly SensorEvent[] } | { readonly gap: Gap };

export interface Sensor {
  readonly status: SensorStatus;
  readonly clock: Clock;
  /** Ends after the signal, when all that was seen is out. Rejects with SensorUnavailable when it cannot start. */
  readonly output: AsyncGenerator<Sensed>;
}

/** A sensor; it starts when somebody reads its output. */
export function sense(options: SenseOptions): Sensor {
  const status = sensorStatus();
  const clock = bootClock();
  return { status, clock, output: output(options, status, clock) };
}

const longestPauseMs = 30_000;

async function* output(options: SenseOptions, status: SensorStatus, clock: Clock): AsyncGenerator<Sensed> {
  const tree = new ProcessTree();
  for (let pauseMs = 250; !options.signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const startedAt = performance.now();
    const problem = yield* oneLoader(options, status, clock, tree);
    if (problem === null || options.signal.aborted) return;
    if (performance.now() - startedAt > longestPauseMs) pauseMs = 250;
    status.crashes++;
    yield { gap: { time: bootNow(), where: 'loader', count: null, reason: problem } };
    await sleep(pauseMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

/** From the start of one loader to its end; returns why it ended, or null when it was asked to. */
async function* oneLoader(
  { build, filter, ringBytes, signal, onAttached }: SenseOptions,
  status: SensorStatus,
  clock: Clock,
  tree: ProcessTree,
): AsyncGenerator<Sensed, string | null> {
  const loader = runLoader(build, orders(filter, ringBytes, process.pid));
  const stop = (): void => loader.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const reader = frameReader(status.frames);
  const events = decoder(tree, status.refused);
  let attached = false;
  let ended = false;
  try {
    status.kernel = {};
    for await (const chunk of loader.output) {
      const missing = status.frames.missing;
      for (const frame of reader.read(chunk)) {
        if (frame.type === 'hello') {
          hello(frame, status, clock);
          // From now on the kernel tells of every change, so that nothing can fall between this look and the events.
          tree.prune(processIds());
          tree.add(snapshotProcesses());
          attached = true;
          onAttached?.(loader.pid);
          for (const { reason } of refusedPrograms(status.programs))
            yield { gap: { time: bootNow(), where: 'program', count: null, reason } };
        } else if (frame.type === 'events') {
          for (const some of events.decode(frame.payload)) yield { events: some };
        } else {
          yield* counted(frame, status, clock);
          ended = frame.type === 'end';
        }
      }
      const lost = status.frames.missing - missing;
      if (lost > 0)
        yield { gap: { time: bootNow(), where: 'frames', count: lost, reason: 'frames of the loader are missing' } };
    }
    const { status: code, signal: killer, errors } = await loader.ended();
    const reason = `the loader ended with ${killer ?? `status ${code}`}${errors === '' ? '' : `: ${errors}`}`;
    if (!attached && !signal.aborted && code === 3) throw new SensorUnavailable(errors);
    return ended && signal.aborted ? null : reason;
  } finally {
    signal.removeEventListener('abort', stop);
    loader.stop();
  }
}

/** Runs `use` on the JSON of a frame; what is no JSON, or not what it should be, is refused. */
function fromJson<Content, Result>(
  frame: Frame,
  status: SensorStatus,
  use: (content: Content) => Result,
): Result | undefined {
  try {
    return use(JSON.parse(frame.payload.toString()) as Content);
  } catch {
    status.frames.refused++;
    return undefined;
  }
}

interface Moment {
  readonly boot: string;
  readonly epoch: string;
}

function hello(frame: Frame, status: SensorStatus, clock: Clock): void {
  fromJson(frame, status, ({ boot, epoch, programs }: Moment & Pick<SensorStatus, 'programs'>) => {
    clock.set(BigInt(boot), BigInt(epoch));
    status.programs = { ...programs };
  });
}

type Counters = Moment & { readonly types: SensorStatus['kernel'] };

/** Takes in a COUNTERS or END frame, and tells of what was lost since the last. */
function* counted(frame: Frame, status: SensorStatus, clock: Clock): Generator<Sensed> {
  const gaps = fromJson(frame, status, ({ boot, epoch, types }: Counters): readonly Gap[] => {
    clock.set(BigInt(boot), BigInt(epoch));
    const grown = (what: 'lost' | 'limited'): number => total(types, what) - total(status.kernel, what);
    const time = Number(boot);
    const gaps: readonly Gap[] = [
      { time, where: 'kernel', count: grown('lost'), reason: 'the ring was full' },
      { time, where: 'rate', count: grown('limited'), reason: 'a process sent more than its rate' },
    ];
    status.kernel = types;
    return gaps.filter(({ count }) => count !== 0);
  });
  for (const gap of gaps ?? []) yield { gap };
}

function total(types: Readonly<Record<number, KernelCounter>>, what: keyof KernelCounter): number {
  return Object.values(types).reduce((sum, counter) => sum + counter[what], 0);
}

/** Node's own clock does not count sleep, which CLOCK_BOOTTIME does; for the time of a gap it will do. */
function bootNow(): number {
  return Number(process.hrtime.bigint());
}
