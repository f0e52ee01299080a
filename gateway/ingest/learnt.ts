import { behaviours } from '../../detections/baselines/behaviours/index.ts';
import { type Behaviours, createBehaviours } from '../../detections/baselines/engine.ts';
import { type Limits, usualLimits } from '../../detections/baselines/watch.ts';
import type { LearntEntry, LearntPage, Records } from '../../graph/records/port.ts';

/** What is usual in the clusters of a tenant, learnt and written down. */
export interface Learnt {
  /** The behaviours of a cluster, with what was written down of it. */
  of(cluster: string): Promise<Behaviours>;
  /** Writes down what was learnt since the last time; rejects where it cannot, and does so the next time. */
  save(): Promise<void>;
}

/** What is usual, for every tenant. */
export interface Learning {
  /** Undefined where nothing is to be learnt. */
  of(tenant: string): Learnt | undefined;
  /** Writes down what was learnt since the last time. */
  save(): Promise<void>;
}

/** @param learnSeconds how long an identity is watched before anything of it is told; 0 for learning nothing */
export function openLearning(records: LearntRecords, learnSeconds: number): Learning {
  const opened = new Map<string, Learnt>();
  return {
    of(tenant) {
      if (learnSeconds === 0) return undefined;
      const learnt = opened.get(tenant) ?? openLearnt(records, tenant, learnSeconds);
      opened.set(tenant, learnt);
      return learnt;
    },
    async save() {
      await Promise.all(Array.from(opened.values(), (learnt) => learnt.save()));
    },
  };
}

/** A gateway watches many clusters. */
const limits: Limits = { ...usualLimits, identities: 25_000 };
/** How many entries are read or written at once. */
const batch = 500;

/** What a gateway has learnt of a cluster, and how far it has read what was written down of it. */
interface Opened {
  readonly behaviours: Behaviours;
  /** What could not be written yet. */
  readonly unsaved: Map<string, LearntEntry>;
  seen: number;
}

type LearntRecords = Pick<Records, 'learnt' | 'putLearnt'>;

function openLearnt(records: LearntRecords, tenant: string, learnSeconds: number): Learnt {
  const opened = new Map<string, Opened>();
  const opening = new Map<string, Promise<Behaviours>>();
  let saving = Promise.resolve();

  async function open(cluster: string): Promise<Behaviours> {
    const { seen, entries } = await readLearnt(records, tenant, cluster, 0);
    const created = createBehaviours(behaviours, { learnSeconds, limits, learnt: entries });
    opened.set(cluster, { behaviours: created, unsaved: new Map(), seen });
    return created;
  }

  /** Other gateways take events of the cluster, too: what they wrote since is merged before anything is written. */
  async function saveOne(cluster: string, own: Opened): Promise<void> {
    for (let more = true; more; ) {
      const { seen, entries } = await readLearnt(records, tenant, cluster, own.seen + 1);
      for (const { key } of entries) own.unsaved.delete(key);
      own.behaviours.merge(entries);
      own.seen = seen;
      for (const entry of own.behaviours.changes()) own.unsaved.set(entry.key, entry);
      const next = [...own.unsaved.values()].slice(0, batch);
      if (next.length > 0 && (await records.putLearnt(tenant, cluster, seen, next))) {
        own.seen = seen + 1;
        for (const { key } of next) own.unsaved.delete(key);
      }
      more = own.unsaved.size > 0;
    }
  }

  async function saveAll(): Promise<void> {
    for (const [cluster, own] of opened) await saveOne(cluster, own);
  }

  return {
    async of(cluster) {
      const known = opened.get(cluster);
      if (known !== undefined) return known.behaviours;
      // Both audit events and those of nodes may be the first.
      const found = opening.get(cluster) ?? open(cluster).finally(() => opening.delete(cluster));
      opening.set(cluster, found);
      return found;
    },
    save() {
      const saved = saving.then(saveAll);
      saving = saved.catch(() => undefined);
      return saved;
    },
  };
}

/** Drops what was learnt of a cluster. */
export async function forgetLearnt(records: LearntRecords, tenant: string, cluster: string): Promise<void> {
  for (;;) {
    const { position, entries } = await records.learnt(tenant, cluster, { position: 0, key: '' }, batch);
    if (entries.length === 0) return;
    const forgotten = entries.map(({ key }) => ({ key, value: null }));
    await records.putLearnt(tenant, cluster, position, forgotten); // again, where somebody wrote meanwhile
  }
}

/** What was written from a position on, and the position up to which all of it is there. */
async function readLearnt(
  records: LearntRecords,
  tenant: string,
  cluster: string,
  from: number,
): Promise<{ readonly seen: number; readonly entries: readonly LearntEntry[] }> {
  const all: LearntPage['entries'][number][] = [];
  let seen: number | undefined;
  for (;;) {
    const page = await records.learnt(tenant, cluster, all.at(-1) ?? { position: from, key: '' }, batch);
    seen ??= page.position;
    all.push(...page.entries);
    if (page.entries.length < batch) return { seen, entries: all };
  }
}
