import { hash } from 'node:crypto';
import type { NodeFact } from '../../graph/model/observation.ts';
import type { DeclaredGap, KeptLoss, Sender } from '../../graph/records/deliveries/delivery.ts';
import { lossesMs } from '../../graph/records/deliveries/settle.ts';

export type GapFact = NodeFact<'CoverageGap'>;

/** A sensor says every minute that it is there. */
export const silentMs = 5 * 60_000;
/** The most gaps of a cluster that stand for themselves. */
const most = 1_000;
/** The most nodes that a gap names. */
const mostNamed = 5;

/** The nodes whose sensors have told nothing for a while. */
export function silentNodes(senders: readonly Sender[], now: number): readonly string[] {
  return newest(senders)
    .filter(({ heardAt }) => Date.parse(heardAt) < now - silentMs)
    .map(({ node }) => node);
}

/**
 * What the sensors of a cluster did not see, as coverage gaps: what was lost within a day, by node and place; what they
 * never see, once for all nodes; who has fallen silent; or that there are none. `silent` are those of them that are still nodes of the cluster.
 */
export function sensorGaps(senders: readonly Sender[], silent: ReadonlySet<string>, now: number): readonly GapFact[] {
  if (senders.length === 0) return [none];
  const lost = senders.flatMap(({ node, losses }) =>
    losses.filter(({ last }) => Date.parse(last) > now - lossesMs).map((loss) => ({ node, loss })),
  );
  const byPlace = Map.groupBy(lost, ({ node, loss }) => JSON.stringify([node, loss.where, loss.class]));
  const ofNodes = newest(senders);
  const gaps = [
    ...ofNodes.filter(({ node }) => silent.has(node)).map(silence),
    ...Array.from(byPlace.values(), (each) =>
      loss(
        each[0]?.node ?? '',
        each.map(({ loss }) => loss),
      ),
    ),
    ...declared(ofNodes),
  ];
  if (gaps.length <= most) return gaps;
  const message = `${gaps.length - most} more gaps of sensors are not listed: see to those that are`;
  return [...gaps.slice(0, most), fact('more', 'more', { reason: 'LOST', message, since: null })];
}

const none = fact('none', 'node events', {
  reason: 'BY_DESIGN',
  message: 'no sensor of this cluster sends, so that no detection over node events can fire: install it on the nodes',
  since: null,
});

/** The sender of each node that was heard last: with its sensor's pod a node changes its sender. */
function newest(senders: readonly Sender[]): readonly Sender[] {
  const found = new Map<string, Sender>();
  for (const sender of senders) {
    const known = found.get(sender.node);
    if (known === undefined || known.heardAt < sender.heardAt) found.set(sender.node, sender);
  }
  return [...found.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
}

function silence({ node, heardAt }: Sender): GapFact {
  const message = `the sensor of ${node} has told nothing since ${minute(heardAt)}: see that its pod runs, and that its publisher reaches the gateway`;
  return fact(`Node ${node}`, `node ${node}`, { reason: 'STALE', message, since: heardAt });
}

function loss(node: string, losses: readonly KeptLoss[]): GapFact {
  const [{ where, class: of, reason }] = losses as readonly [KeptLoss];
  const counts = losses.map(({ count }) => count);
  const count = counts.includes(null) ? null : (counts as readonly number[]).reduce((sum, each) => sum + each, 0);
  const first = losses.map((each) => each.first).sort()[0] as string;
  const last = losses
    .map((each) => each.last)
    .sort()
    .at(-1) as string;
  const what = of === null ? (where === 'frames' ? 'frames of events' : 'events') : `records of the class ${of}`;
  const howMany = count === null ? 'an unknown number of' : String(count);
  const message = `${node} has lost ${howMany} ${what} (${where}): ${reason}; last at ${minute(last)}`;
  const subject = `node ${node}, ${where}${of === null ? '' : ` ${of}`}`;
  return fact(`Node ${node} ${where} ${of ?? ''}`.trimEnd(), subject, { reason: 'LOST', message, since: first });
}

/** What sensors do not see as long as they run, each once for all nodes that say so. */
function declared(senders: readonly Sender[]): readonly GapFact[] {
  const said = senders.flatMap(({ node, declared }) => declared.map((gap) => ({ node, gap })));
  const alike = Map.groupBy(said, ({ gap }) => JSON.stringify([gap.cause, gap.probe, gap.reason]));
  return Array.from(alike, ([key, each]) => {
    const [{ gap }] = each as unknown as readonly [{ readonly gap: DeclaredGap }];
    const { cause, probe, reason } = gap;
    const nodes = [...new Set(each.map(({ node }) => node))];
    const where = nodes.length === senders.length ? 'every node with a sensor' : named(nodes);
    const subject = probe === null ? 'system calls' : `${probe} events`;
    const name = `${subject} ${hash('sha256', key, 'base64url').slice(0, 8)}`;
    const message = `${reason} On ${where}.`;
    return fact(name, subject, { reason: cause === 'refused' ? 'REFUSED' : 'BY_DESIGN', message, since: null });
  });
}

function named(nodes: readonly string[]): string {
  const rest = nodes.length - mostNamed;
  return rest <= 0 ? nodes.join(', ') : `${nodes.slice(0, mostNamed).join(', ')} and ${rest} more`;
}

/** To the minute, so that what goes on is not written anew each moment. */
function minute(time: string): string {
  return `${time.slice(0, 16)}Z`;
}

function fact(
  name: string,
  subject: string,
  { reason, message, since }: { readonly reason: string; readonly message: string; readonly since: string | null },
): GapFact {
  return {
    kind: 'CoverageGap',
    uid: null,
    namespace: null,
    name: `sensor/${name}`,
    properties: { source: 'sensor', subject, reason, message, since },
  };
}
