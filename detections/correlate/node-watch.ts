import type { Detected } from '../../graph/records/alerts/detected.ts';
import type { Behaviours } from '../baselines/engine.ts';
import type { NodeEvent } from '../engine/fields/syscall.ts';
import type { Alert } from '../engine/rule.ts';
import type { Correlation, NodeCorrelation, Watcher } from './define.ts';
import type { GraphView } from './graph-view.ts';
import { joined, ofFinding, ofNodeRule } from './join.ts';
import { type NodeAlert, saidBy } from './node-alert.ts';
import { type NodePlace, placeOnNode } from './node-place.ts';
import { provenOnNode } from './node-proofs.ts';
import { recent } from './recent.ts';

export interface NodeWatchOptions {
  readonly correlations: readonly Correlation[];
  /** What is unusual in a cluster, with what was learnt of it before; without it nothing of the kind is told. */
  readonly behaviours?: (cluster: string) => Promise<Behaviours>;
  readonly view: (cluster: string) => GraphView;
  /** Told of what went wrong and was got over: a graph that could not be asked, a correlation that failed. */
  readonly onTrouble: (error: unknown, what: string) => void;
}

/** What a sensor told: the alerts that its rules raised, and events, each in their order. */
export interface Told {
  readonly alerts: readonly NodeAlert[];
  readonly events: readonly NodeEvent[];
}

/** Joins what sensors tell with the graph. */
export interface NodeWatch {
  /**
   * What is to be recorded of what the sensor of a node told. Batches of a node are judged one after the other; `recorded` is
   * called once it is recorded, and until then the same may be judged again.
   */
  judge(cluster: string, node: string, told: Told): Promise<{ readonly found: readonly Detected[]; recorded(): void }>;
}

interface ClusterWatch {
  readonly view: GraphView;
  readonly watchers: readonly { readonly correlation: NodeCorrelation; readonly watch: Watcher<NodeEvent> }[];
}

/** The start of a program comes as an alert and as a start: within this it is known to be the same. */
const sameMs = 3_600_000;
/** A node whose clock runs ahead, or that says so, must not stand above all others for ever. */
const aheadMs = 300_000;

/** Watches node events in clusters, each for itself. */
export function openNodeWatch({ correlations, behaviours, view, onTrouble }: NodeWatchOptions): NodeWatch {
  const clusters = new Map<string, ClusterWatch>();
  const seen = recent<true>(sameMs, 50_000);
  /** What was unusual in events that are not recorded yet: judged again, they are no news any more. */
  const owed = recent<readonly Alert[]>(sameMs);

  function clusterWatch(cluster: string): ClusterWatch {
    const known = clusters.get(cluster);
    if (known) return known;
    const watchers = correlations.flatMap((correlation) =>
      correlation.source === 'syscall' ? [{ correlation, watch: correlation.watch() }] : [],
    );
    const opened = { view: view(cluster), watchers };
    clusters.set(cluster, opened);
    return opened;
  }

  /** The events that correlations have not looked at yet, each once, with the names of the rules that it fulfils. */
  function unseen(cluster: string, node: string, { alerts, events }: Told) {
    const now = Date.now();
    const rules = Map.groupBy(alerts, ({ event }) => keyOf(event));
    const told = [...Array.from(rules.values(), ([first]) => (first as NodeAlert).event), ...events];
    const all = new Map(told.map((event) => [`${cluster} ${node} ${keyOf(event)}`, event]));
    return Array.from(all).flatMap(([key, event]) =>
      seen.get(key, now) === undefined
        ? [{ key, event, rules: (rules.get(keyOf(event)) ?? []).map(({ rule }) => rule) }]
        : [],
    );
  }

  return {
    async judge(cluster, node, told) {
      const { view: graph, watchers } = clusterWatch(cluster);
      const on = remembering(graph);
      const places = new Map<string, Promise<NodePlace>>();
      const placeOf = (event: NodeEvent): Promise<NodePlace> => {
        const key = `${saidBy(event, 'k8s.pod.uid')} ${saidBy(event, 'container.name')}`;
        const known = places.get(key);
        if (known) return known;
        const found = placeOnNode(event, node, on);
        places.set(key, found);
        return found;
      };
      const withGraph = (detected: Detected, proven: Parameters<typeof joined>[1]): Promise<Detected> =>
        joined(detected, proven, on).catch((error: unknown) => {
          onTrouble(error, `joining an alert of ${detected.rule} with the graph`);
          return detected;
        });
      const found: Detected[] = [];
      for (const alert of told.alerts) {
        const at = { cluster, node, time: timeOf(alert.time) };
        const place = await placeOf(alert.event);
        found.push(await withGraph(ofNodeRule(alert, place, at), (view) => provenOnNode(alert, place, view)));
      }
      const looked = unseen(cluster, node, told);
      const learnt = await behaviours?.(cluster);
      for (const { key, event } of learnt === undefined ? [] : looked) {
        const place = await placeOf(event);
        if (place.isElsewhere) continue;
        const unusual = owed.get(key, Date.now()) ?? (learnt as Behaviours).alerts('syscall', event);
        if (unusual.length > 0) owed.set(key, unusual, Date.now());
        for (const alert of unusual) {
          const at = { cluster, node, time: timeOf(alert.time) };
          found.push(await withGraph(ofNodeRule({ ...alert, event }, place, at), async () => []));
        }
      }
      for (const observed of looked) {
        for (const { correlation, watch } of watchers) {
          try {
            const finding = await watch(observed, on);
            if (finding === null || (await placeOf(observed.event)).isElsewhere) continue;
            const time = timeOf(saidBy(observed.event, 'evt.time') ?? '');
            found.push(await withGraph(ofFinding(correlation, finding, time, cluster), async () => []));
          } catch (error) {
            onTrouble(error, `looking for ‘${correlation.name}’`);
          }
        }
      }
      return {
        found,
        recorded() {
          for (const { key } of looked) {
            seen.set(key, true, Date.now());
            owed.delete(key);
          }
        },
      };
    },
  };
}

function keyOf(event: NodeEvent): string {
  return `${event['evt.time']} ${event['thread.tid']} ${event['evt.type']}`;
}

/** When an event happened by the clock of its node; now where that says nothing, or what is to come. */
function timeOf(said: string): string {
  const now = Date.now();
  const time = Date.parse(said);
  return new Date(Number.isNaN(time) || time > now + aheadMs ? now : time).toISOString();
}

/** A view that asks once for paths from the same place: a batch tells much of few pods. */
function remembering(view: GraphView): GraphView {
  const paths = new Map<string, ReturnType<GraphView['path']>>();
  const exposures = new Map<string, ReturnType<GraphView['exposure']>>();
  const steps = new Map<string, ReturnType<GraphView['steps']>>();
  const once = <V>(known: Map<string, V>, key: string, ask: () => V): V => {
    const answer = known.get(key) ?? ask();
    known.set(key, answer);
    return answer;
  };
  return {
    ...view,
    path: (from, to, without) => once(paths, JSON.stringify([from, to, without]), () => view.path(from, to, without)),
    steps: (from, to) => once(steps, JSON.stringify([from, to]), () => view.steps(from, to)),
    exposure: (node) => once(exposures, node.id, () => view.exposure(node)),
  };
}
