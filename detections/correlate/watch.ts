import type { AuditEvent } from '../../collectors/audit/event.ts';
import { type Seen, seenEvents } from '../../collectors/audit/seen.ts';
import type { AlertDesk } from '../../graph/records/alerts/desk.ts';
import type { Detected } from '../../graph/records/alerts/detected.ts';
import { StoreError } from '../../graph/store/errors.ts';
import type { Behaviours } from '../baselines/engine.ts';
import type { LoadedRules } from '../engine/load.ts';
import type { Alert } from '../engine/rule.ts';
import type { AuditCorrelation, Correlation, Finding, Observed, Watcher } from './define.ts';
import type { GraphView } from './graph-view.ts';
import { joined, ofFinding, ofRule, timeOf } from './join.ts';
import { provenSteps } from './proofs.ts';
import { type Recent, recent } from './recent.ts';

export interface WatchOptions {
  /** Loads the rules, once for each cluster: some keep count of what they have seen. */
  readonly rules: () => Pick<LoadedRules, 'engines'>;
  readonly correlations: readonly Correlation[];
  /** What is unusual in a cluster, with what was learnt of it before; without it nothing of the kind is told. */
  readonly behaviours?: (cluster: string) => Promise<Behaviours>;
  readonly view: (cluster: string) => GraphView;
  readonly desk: AlertDesk;
  /** Told of what went wrong and was got over: a graph that could not be asked, an alert that could not be kept. */
  readonly onTrouble: (error: unknown, what: string) => void;
  readonly seen?: Seen;
}

/** What became of a batch of events. */
export interface Taken {
  readonly taken: number;
  readonly duplicates: number;
  readonly alerts: number;
}

/** Events in, alerts recorded. */
export interface Watch {
  /**
   * Takes over events of a cluster, in their order: when it resolves, the alerts they give rise to are durable, save those
   * that wait for the graph. Rejects while alerts cannot be recorded: send the same again, what was taken is not taken twice.
   */
  take(cluster: string, events: readonly AuditEvent[]): Promise<Taken>;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
}

/** How long an event is waited for whose alerts could not be recorded. */
const owedMs = 3_600_000;
/** How many correlations may wait for the graph at a time; one more is left out, and told of. */
const mostPatient = 200;
const sessions: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward']);

interface Asked {
  readonly correlation: AuditCorrelation;
  readonly watch: Watcher<AuditEvent>;
}

interface ClusterWatch {
  readonly engine: LoadedRules['engines']['k8s_audit'];
  readonly view: GraphView;
  readonly watchers: readonly Asked[];
  /** There once the first batch is taken. */
  behaviours?: Behaviours;
  /** What was unusual in events that are not recorded yet, by event: sent again, they are no news any more. */
  readonly owed: Recent<readonly Alert[]>;
  /** Batches are taken one after the other. */
  last: Promise<unknown>;
}

/** Runs rules and correlations over the events of clusters, each for itself. */
export function openWatch({
  rules,
  correlations,
  behaviours,
  view,
  desk,
  onTrouble,
  seen = seenEvents(),
}: WatchOptions): Watch {
  const clusters = new Map<string, ClusterWatch>();
  const patient = new Set<Promise<void>>();

  function clusterWatch(cluster: string): ClusterWatch {
    const known = clusters.get(cluster);
    if (known) return known;
    const watchers = correlations.flatMap((correlation) =>
      correlation.source === 'k8s_audit' ? [{ correlation, watch: correlation.watch() }] : [],
    );
    const engine = rules().engines.k8s_audit;
    const owed = recent<readonly Alert[]>(owedMs);
    const opened = { engine, view: view(cluster), watchers, owed, last: Promise.resolve() };
    clusters.set(cluster, opened);
    return opened;
  }

  /** With what the graph knows of it, or without where it cannot be asked. */
  async function record(detected: Detected, event: AuditEvent, on: GraphView): Promise<number> {
    const known = await joined(detected, (view) => provenSteps(event, view), on).catch((error: unknown) => {
      onTrouble(error, `joining an alert of ${detected.rule} with the graph`);
      return detected;
    });
    try {
      await desk.raise(known);
      return 1;
    } catch (error) {
      // What can never be recorded would hold up its batch for ever.
      if (!(error instanceof StoreError) || error.code !== 'INVALID_VALUE') throw error;
      onTrouble(error, `recording an alert of ${detected.rule}`);
      return 0;
    }
  }

  /** What a correlation finds in an event; nothing where it fails. */
  function ask({ correlation, watch }: Asked, observed: Observed<AuditEvent>, on: GraphView): ReturnType<typeof watch> {
    const failed = (error: unknown): null => {
      onTrouble(error, `looking for ‘${correlation.name}’`);
      return null;
    };
    try {
      const found = watch(observed, on);
      return found instanceof Promise ? found.catch(failed) : found;
    } catch (error) {
      return failed(error);
    }
  }

  /** Goes on aside from the stream. */
  function wait(what: string, work: () => Promise<unknown>): void {
    if (patient.size >= mostPatient) {
      onTrouble(new Error(`${mostPatient} wait for the graph already`), what);
      return;
    }
    const done: Promise<void> = work()
      .then(
        () => undefined,
        (error: unknown) => onTrouble(error, what),
      )
      .finally(() => patient.delete(done));
    patient.add(done);
  }

  /** What is unusual in an event, until its alerts are recorded. */
  function unusual(event: AuditEvent, { behaviours, owed }: ClusterWatch): readonly Alert[] {
    if (behaviours === undefined) return [];
    const before = owed.get(keyOf(event), Date.now());
    if (before !== undefined) return before;
    const found = behaviours.alerts('k8s_audit', event);
    if (found.length > 0) owed.set(keyOf(event), found, Date.now());
    return found;
  }

  /** What an event gives rise to, each with the number of alerts once it is recorded. Most events give rise to nothing. */
  async function look(event: AuditEvent, watch: ClusterWatch): Promise<readonly Promise<number>[]> {
    const { engine, view: on, watchers } = watch;
    const fired = engine.alerts(event);
    const observed = { event, rules: fired.map(({ rule }) => rule) };
    const work = [...fired, ...unusual(event, watch)].map((alert) =>
      record(ofRule(alert, event, on.cluster), event, on),
    );
    for (const asked of watchers) {
      const { correlation } = asked;
      const raise = async (found: Finding | null): Promise<number> =>
        found === null ? 0 : record(ofFinding(correlation, found, timeOf(event), on.cluster), event, on);
      const found = ask(asked, observed, on);
      if (found === null) continue;
      if (correlation.patient) wait(`looking for ‘${correlation.name}’`, async () => raise(await found));
      // The next event may hang on what this one leaves in memory.
      else work.push(raise(await found));
    }
    return work;
  }

  async function takeAll(cluster: string, events: readonly AuditEvent[], on: ClusterWatch): Promise<Taken> {
    let [taken, duplicates, alerts] = [0, 0, 0];
    const here = seenEvents();
    const isKnown = (record: Parameters<Seen['has']>[1]): boolean =>
      here.has(cluster, record) || seen.has(cluster, record);
    const failures: unknown[] = [];
    const under: Promise<void>[] = [];
    for (const event of events) {
      const { record } = event;
      if (isKnown(record)) {
        duplicates++;
        continue;
      }
      // A session is told of when it begins and when it ends: it is one deed.
      const isSessionEnd = record.stage === 'ResponseComplete' && sessions.has(event.derived.action);
      const isTold = isSessionEnd && isKnown({ auditID: record.auditID, stage: 'ResponseStarted' });
      here.add(cluster, record);
      const work = isTold ? [] : await look(event, on);
      const done = (counts: readonly number[]): void => {
        seen.add(cluster, record);
        on.owed.delete(keyOf(event));
        taken++;
        for (const count of counts) alerts += count;
      };
      if (work.length === 0) done([]);
      else under.push(Promise.all(work).then(done, (error: unknown) => void failures.push(error)));
    }
    await Promise.all(under);
    if (failures.length > 0) throw failures[0];
    return { taken, duplicates, alerts };
  }

  return {
    take(cluster, events) {
      const on = clusterWatch(cluster);
      const work = on.last.then(async () => {
        if (behaviours !== undefined) on.behaviours ??= await behaviours(cluster);
        return takeAll(cluster, events, on);
      });
      on.last = work.catch(() => undefined);
      return work;
    },
    async idle() {
      await Promise.all([...Array.from(clusters.values(), ({ last }) => last), ...patient]);
    },
  };
}

function keyOf({ record: { auditID, stage } }: AuditEvent): string {
  return `${auditID} ${stage}`;
}
