import { eventTypes } from '../events/types.ts';
import type { KernelCounter, SensorStatus } from '../status.ts';
import type { RecorderStatus } from './recorder.ts';
import type { Metric } from './serve-metrics.ts';
import type { SpoolWriter } from './spool/spool-writer.ts';

const typeNames: ReadonlyMap<number, string> = new Map(Object.entries(eventTypes).map(([name, type]) => [type, name]));

/** What a collecting process says of itself. */
export function collectorMetrics(
  sensor: SensorStatus,
  delivery: { readonly recorder: RecorderStatus; readonly spool: SpoolWriter } | null,
): readonly Metric[] {
  const kernel = (what: keyof KernelCounter) => (): Readonly<Record<string, number>> =>
    Object.fromEntries(
      Object.entries(sensor.kernel).map(([type, counter]) => [typeNames.get(Number(type)) ?? type, counter[what]]),
    );
  const ofKernel = (what: keyof KernelCounter, name: string, help: string): Metric => ({
    name: `portolan_sensor_kernel_${name}_total`,
    help: `${help} Begins anew with each loader.`,
    label: 'type',
    read: kernel(what),
  });
  const own: readonly Metric[] = [
    ofKernel('made', 'made', 'Events that the kernel made; made = sent + lost + filtered + limited.'),
    ofKernel('sent', 'sent', 'Events that came out of the kernel.'),
    ofKernel('lost', 'lost', 'Events lost as the ring was full.'),
    ofKernel('filtered', 'filtered', 'Events that nobody asked for.'),
    ofKernel('limited', 'limited', 'Events beyond the rate of their process.'),
    {
      name: 'portolan_sensor_loader_crashes_total',
      help: 'Loaders that ended though nobody asked them to.',
      read: () => ({ '': sensor.crashes }),
    },
    {
      name: 'portolan_sensor_frames_total',
      help: 'Frames from the loader that could not be used, by why.',
      label: 'why',
      read: () => ({ refused: sensor.frames.refused, missing: sensor.frames.missing }),
    },
    {
      name: 'portolan_sensor_refused_events_total',
      help: 'Events from the loader that could not be used, by what was wrong.',
      label: 'why',
      read: () => ({ ...sensor.refused }),
    },
  ];
  if (delivery === null) return own;
  const { recorder, spool } = delivery;
  return [
    ...own,
    {
      name: 'portolan_sensor_records_made_total',
      help: 'Records that were worth delivering; made = spooled + over budget.',
      label: 'class',
      read: () => recorder.made,
    },
    {
      name: 'portolan_sensor_records_over_budget_total',
      help: 'Records beyond the budget.',
      label: 'class',
      read: () => recorder.overBudget,
    },
    {
      name: 'portolan_sensor_records_dropped_total',
      help: 'Records that the spool had no room for; what gave way to others is counted by the publisher.',
      label: 'class',
      read: () => spool.dropped,
    },
    {
      name: 'portolan_sensor_events_passed_total',
      help: 'Events of which nothing was worth delivering.',
      read: () => ({ '': recorder.passed }),
    },
    { name: 'portolan_sensor_spool_bytes', help: 'Bytes in the spool.', read: () => ({ '': spool.bytes }) },
  ];
}
