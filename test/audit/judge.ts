import type { AuditEvent } from '../../collectors/audit/event.ts';
import { correlations } from '../../detections/correlate/index.ts';
import { openWatch } from '../../detections/correlate/watch.ts';
import { loadRules } from '../../detections/engine/load.ts';
import { packFiles } from '../../detections/rules/pack.ts';
import type { AlertEvent } from '../../graph/records/alerts/alert.ts';
import type { Detected } from '../../graph/records/alerts/detected.ts';

/** Runs every rule and correlation over events, as the gateway does, in a cluster whose graph knows nothing. */
export async function judge(batches: Iterable<readonly AuditEvent[]> | AsyncIterable<readonly AuditEvent[]>) {
  const alerts: Detected[] = [];
  const troubles: unknown[] = [];
  const watch = openWatch({
    rules: () => loadRules(packFiles()),
    correlations: correlations.filter((each) => !('patient' in each)),
    view: (cluster) => ({
      cluster,
      named: async () => new Map(),
      nodes: async () => [],
      find: async () => [],
      beyond: async () => [],
      path: async () => null,
      exposure: async () => null,
      steps: async () => [],
      settled: async () => undefined,
    }),
    desk: {
      raise: async (detected) => {
        alerts.push(detected);
        return undefined as unknown as AlertEvent; // nobody reads it
      },
    },
    onTrouble: (error) => troubles.push(error),
  });
  let events = 0;
  for await (const batch of batches) events += (await watch.take('cluster', batch)).taken;
  await watch.idle();
  return { events, alerts, troubles };
}
