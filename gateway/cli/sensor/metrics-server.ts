import type { Server } from 'node:http';
import { type Metric, metricsAddress, serveMetrics } from '../../../sensor/publish/serve-metrics.ts';
import { CommandError, exitStatus } from '../errors.ts';

/** Serves metrics where --metrics says; undefined where it says nothing. */
export async function metricsServer(address: string | null, metrics: readonly Metric[]): Promise<Server | undefined> {
  if (address === null) return undefined;
  try {
    return await serveMetrics(metricsAddress(address), metrics);
  } catch (error) {
    if (error instanceof RangeError) throw new CommandError(`--metrics ${error.message}`);
    throw new CommandError(`--metrics ${address}: ${(error as Error).message}`, exitStatus.outside);
  }
}
