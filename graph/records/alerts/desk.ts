import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { edgeId, nodeId, sharedNodeId } from '../../model/id.ts';
import { type NodeKind, nodeKind } from '../../model/kinds.ts';
import { ref } from '../../model/ref.ts';
import { wholeTenant } from '../../model/scope.ts';
import { StoreError } from '../../store/errors.ts';
import type { GraphStore } from '../../store/port.ts';
import type { AlertEvent, AlertFields, NewAlert, Severity } from './alert.ts';
import { alertLimits, checkNewAlert } from './check.ts';
import type { AlertRecords } from './port.ts';

/** A node as events name it: by UID (for a node that clusters share: its key), or by kind, namespace and name; or by its id. */
export type SubjectReference =
  | { readonly id: string }
  | { readonly kind: NodeKind; readonly uid: string }
  | { readonly kind: NodeKind; readonly namespace: string | null; readonly name: string };

/** What a detection found, once. */
export interface Detected {
  /** The id of the cluster, from the credential of whoever sent the event; see `clusterId`. */
  readonly cluster: string;
  /** Where it happened; null for something of the whole cluster. Callers of this namespace see it. */
  readonly namespace: string | null;
  readonly rule: string;
  readonly severity: Severity;
  /** Ids of ATT&CK techniques. */
  readonly techniques: readonly string[];
  /** When it happened, as Date reads it. */
  readonly time: string;
  readonly output: string;
  readonly fields: AlertFields;
  /** What it is about: the pod, node, identity, image. */
  readonly subjects: readonly SubjectReference[];
  /** Steps that it shows being taken: the name of the attack edge, such as POD_EXEC, and its visible ends. */
  readonly proves?: readonly {
    readonly edge: string;
    readonly from: SubjectReference;
    readonly to: SubjectReference;
  }[];
  /** Tells alerts of one rule about the same subjects apart. */
  readonly discriminator?: string;
}

/** Takes what detections find. */
export interface AlertDesk {
  /**
   * Records an occurrence; durable when it resolves. Those that come while a commit is on its way share the next one.
   * Rejects with a StoreError: INVALID_VALUE for one that cannot be kept, UPSTREAM_UNAVAILABLE while too many wait.
   */
  raise(detected: Detected): Promise<AlertEvent>;
}

/** How long the first waits for others to share its commit, each of which waits for the disk, in milliseconds. */
const gatherMs = 5;
/** How many occurrences of a cluster may wait for their commit. */
const mostWaiting = 10_000;

interface Waiting {
  readonly detected: Detected;
  resolve(event: AlertEvent): void;
  reject(error: unknown): void;
}

/** Opens the desk of one tenant. */
export function alertDesk(
  { store, alerts }: { readonly store: Pick<GraphStore, 'find'>; readonly alerts: AlertRecords },
  tenant: string,
): AlertDesk {
  const queues = new Map<string, Waiting[]>();

  async function drain(cluster: string, queue: Waiting[]): Promise<void> {
    await sleep(gatherMs);
    while (queue.length > 0) {
      const batch = queue.splice(0, alertLimits.occurrences);
      try {
        await commit(cluster, batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    queues.delete(cluster);
  }

  async function commit(cluster: string, batch: readonly Waiting[]): Promise<void> {
    const ids = await resolveNames(cluster, batch);
    const good: { readonly waiting: Waiting; readonly alert: NewAlert }[] = [];
    for (const waiting of batch) {
      try {
        const alert = newAlert(waiting.detected, ids);
        checkNewAlert(alert);
        good.push({ waiting, alert });
      } catch (error) {
        waiting.reject(error);
      }
    }
    if (good.length === 0) return;
    const occurrences = good.map(({ alert }) => alert);
    const events = await alerts.raise(tenant, cluster, occurrences, new Date().toISOString());
    const byKey = new Map(events.map((event) => [event.alert.key, event]));
    for (const { waiting, alert } of good) waiting.resolve(byKey.get(alert.key) as AlertEvent);
  }

  /** Ids by readable name of what the batch names so; one question for all. Names that are not known are left out. */
  async function resolveNames(cluster: string, batch: readonly Waiting[]): Promise<ReadonlyMap<string, string>> {
    const named = batch
      .flatMap(({ detected }) => referencesOf(detected))
      .flatMap((reference) => ('name' in reference ? [reference] : []));
    const refs = [...new Set(named.map((reference) => ref(reference.kind, reference.namespace, reference.name)))];
    const kinds = [...new Set(named.map(({ kind }) => kind))];
    const found = new Map<string, string>();
    for (let start = 0; start < refs.length; start += 500) {
      const filter = {
        and: [
          { field: 'ref', in: refs.slice(start, start + 500) },
          { field: 'cluster', in: [cluster] },
        ],
      };
      const { items } = await store.find(wholeTenant(tenant), { kinds, filter, page: { first: 1_000 } });
      for (const { item } of items) found.set(item.ref, item.id);
    }
    return found;
  }

  return {
    raise: (detected) =>
      new Promise((resolve, reject) => {
        const { cluster } = detected;
        let queue = queues.get(cluster);
        if (queue === undefined) {
          queue = [];
          queues.set(cluster, queue);
          void drain(cluster, queue);
        }
        if (queue.length >= mostWaiting) {
          const message = `${mostWaiting} alerts of ${cluster} wait to be recorded: send them again later.`;
          return reject(new StoreError('UPSTREAM_UNAVAILABLE', message));
        }
        queue.push({ detected, resolve, reject });
      }),
  };
}

function referencesOf({ subjects, proves = [] }: Detected): readonly SubjectReference[] {
  return [...subjects, ...proves.flatMap(({ from, to }) => [from, to])];
}

function newAlert(detected: Detected, ids: ReadonlyMap<string, string>): NewAlert {
  const {
    cluster,
    namespace,
    rule,
    severity,
    techniques,
    output,
    fields,
    subjects,
    proves = [],
    discriminator,
  } = detected;
  const idOf = (reference: SubjectReference): string | undefined => {
    if ('id' in reference) return reference.id;
    if ('name' in reference) return ids.get(ref(reference.kind, reference.namespace, reference.name));
    return nodeKind(reference.kind).shared
      ? sharedNodeId(reference.kind, reference.uid)
      : nodeId(reference.kind, cluster, reference.uid);
  };
  const time = Date.parse(detected.time);
  if (Number.isNaN(time)) {
    throw new StoreError(
      'INVALID_VALUE',
      `alert of rule ${JSON.stringify(rule)}: time ${JSON.stringify(detected.time)} is none.`,
    );
  }
  const steps = proves.flatMap(({ edge, from, to }) => {
    const [start, end] = [idOf(from), idOf(to)];
    return start === undefined || end === undefined ? [] : [edgeId(start, edge, end)];
  });
  return {
    key: keyOf(rule, namespace, subjects, discriminator),
    namespace,
    rule,
    severity,
    techniques: [...new Set(techniques)],
    time: new Date(time).toISOString(),
    output,
    fields,
    subjects: [...new Set(subjects.flatMap((reference) => idOf(reference) ?? []))],
    proves: [...new Set(steps)],
  };
}

/** By what events say, not by what the graph knows: an alert must not change its key when the graph catches up. */
function keyOf(
  rule: string,
  namespace: string | null,
  subjects: readonly SubjectReference[],
  discriminator?: string,
): string {
  const said = subjects
    .map((s) => ('id' in s ? [s.id] : 'uid' in s ? [s.kind, s.uid] : [s.kind, s.namespace, s.name]))
    .map((s) => JSON.stringify(s));
  return createHash('sha256')
    .update(JSON.stringify([rule, namespace, said.sort(), discriminator ?? null]))
    .digest('base64url');
}
