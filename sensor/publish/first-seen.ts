import type { FieldValue } from '../probes/probe.ts';

const most = 65_536;
const forgetMs = 3_600_000;
const connections: ReadonlySet<string> = new Set(['connect', 'accept', 'accept4']);

type Event = Readonly<Record<string, FieldValue>>;

/**
 * Tells connections that their program, in its container, has not made within an hour: to that far end and port, or from that
 * far end to that port. It remembers so many that a node's usual ones are among them; who is forgotten is seen anew.
 */
export function firstSeen(now: () => number): (event: Event) => boolean {
  const seen = new Map<string, number>();
  return (event) => {
    const remote = event['fd.rip'];
    if (remote === undefined || !connections.has(String(event['evt.type']))) return false;
    const parties = [event['container.id'], event['proc.exepath'], event['fd.l4proto'], remote, event['fd.sport']];
    const key = `${event['evt.type']} ${parties.join(' ')}`;
    const last = seen.get(key);
    const time = now();
    if (last !== undefined && time - last < forgetMs) return false;
    seen.delete(key); // so that it becomes the youngest
    if (seen.size === most) seen.delete(seen.keys().next().value as string);
    seen.set(key, time);
    return true;
  };
}
