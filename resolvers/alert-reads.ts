import DataLoader from 'dataloader';
import type { Scope } from '../graph/model/scope.ts';
import type { Alert } from '../graph/records/alerts/alert.ts';
import type { Act, AlertRecords } from '../graph/records/alerts/port.ts';
import type { Suppression } from '../graph/records/alerts/suppression.ts';
import { untilAborted } from './until-aborted.ts';

type Scoped<F> = F extends (scope: Scope, ...rest: infer R) => infer P ? (...rest: R) => P : never;
type Passed = 'find' | 'count' | 'facets' | 'auditTrail' | 'countAudit';
type Changed = 'change' | 'suppress' | 'endSuppression';

/** Alerts as one request reads them: its scope is bound once, here. */
export interface AlertReads extends Readonly<{ [K in Passed]: Scoped<AlertRecords[K]> }> {
  alert(id: string): Promise<Alert | null>;
  /** The alerts that prove a step, open ones, the last seen first: one question for all the steps of an answer. */
  proving(step: string): Promise<readonly Alert[]>;
  /** Those that hold now, when first asked for. */
  suppressions(): Promise<readonly Suppression[]>;
}

/** What a caller does to alerts, under his name. */
export type AlertActs = Readonly<{ [K in Changed]: (...rest: ActArguments<K>) => ReturnType<AlertRecords[K]> }>;
type ActArguments<K extends Changed> =
  Parameters<AlertRecords[K]> extends [Scope, ...infer R, Act] ? [...R, note: string | null] : never;

const mostProofs = 10;

export function scopedAlerts(alerts: AlertRecords, scope: Scope, signal: AbortSignal): AlertReads {
  const run = <T>(work: () => Promise<T>): Promise<T> => untilAborted(signal, work);
  const byId = new DataLoader<string, Alert | null>((ids) => run(() => alerts.alerts(scope, ids)), {
    maxBatchSize: 1_000,
  });
  const proofs = new DataLoader<string, readonly Alert[]>(
    async (steps) => {
      const filter = { proves: steps, states: ['OPEN', 'ACKNOWLEDGED'], suppressed: false } as const;
      const { items } = await run(() => alerts.find(scope, { filter, page: { first: 1_000 } }));
      return steps.map((step) =>
        items
          .map(({ item }) => item)
          .filter(({ proves }) => proves.includes(step))
          .slice(0, mostProofs),
      );
    },
    { maxBatchSize: 1_000 },
  );
  let suppressions: Promise<readonly Suppression[]> | undefined;
  return {
    alert: (id) => byId.load(id),
    proving: (step) => proofs.load(step),
    suppressions: () => (suppressions ??= run(() => alerts.suppressions(scope, new Date().toISOString()))),
    find: (...query) => run(() => alerts.find(scope, ...query)),
    count: (...query) => run(() => alerts.count(scope, ...query)),
    facets: (...query) => run(() => alerts.facets(scope, ...query)),
    auditTrail: (...query) => run(() => alerts.auditTrail(scope, ...query)),
    countAudit: (...query) => run(() => alerts.countAudit(scope, ...query)),
  };
}

export function alertActs(alerts: AlertRecords, scope: Scope, who: string): AlertActs {
  const act = (note: string | null): Act => ({ who, at: new Date().toISOString(), note });
  return {
    change: (id, change, note) => alerts.change(scope, id, change, act(note)),
    suppress: (rule, note) => alerts.suppress(scope, rule, act(note)),
    endSuppression: (id, note) => alerts.endSuppression(scope, id, act(note)),
  };
}
