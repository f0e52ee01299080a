import { type Bell, followLog } from '../../store/follow.ts';
import type { LoggedAlert, Position, Positions } from './port.ts';

/** The log of alerts after some positions, then what is committed: at once when by this process, within `pollMs` when by another. */
export async function* followAlerts(
  after: Positions,
  read: (after: Positions) => Promise<readonly LoggedAlert[]>,
  bell: Bell,
  pollMs: number,
  signal: AbortSignal,
): AsyncIterable<LoggedAlert> {
  const reached: Record<string, Position> = { ...after };
  for await (const entry of followLog(() => read(reached), bell, pollMs, signal)) {
    reached[entry.cluster] = entry.position;
    yield entry;
  }
}
