import { behaviours } from '../../detections/baselines/behaviours/index.ts';
import { type Behaviours, createBehaviours } from '../../detections/baselines/engine.ts';
import { type Limits, usualLimits } from '../../detections/baselines/watch.ts';
import type { LearntEntry, Records } from '../../graph/records/port.ts';

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
export function openLearning(records: Pick<Records, 'learnt' | 'putLearnt'>, learnSeconds: number): Learning {
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

function openLearnt(records: Pick<Records, 'learnt' | 'putLearnt'>, tenant: string, learnSeconds: number): Learnt {
  const opened = new Map<string, { readonly behaviours: Behaviours; readonly unsaved: Map<string, LearntEntry> }>();
  const opening = new Map<string, Promise<Behaviours>>();
  let saving = Promise.resolve();

  async function open(cluster: string): Promise<Behaviours> {
    const learnt = await readLearnt(records, tenant, cluster);
    const created = createBehaviours(behaviours, { learnSeconds, limits, learnt });
    opened.set(cluster, { behaviours: created, unsaved: new Map() });
    return created;
  }

  async function saveAll(): Promise<void> {
    for (const [cluster, { behaviours, unsaved }] of opened) {
      for (const entry of behaviours.changes()) unsaved.set(entry.key, entry);
      while (unsaved.size > 0) {
        const entries = [...unsaved.values()].slice(0, batch);
        await records.putLearnt(tenant, cluster, entries);
        for (const { key } of entries) unsaved.delete(key);
      }
    }
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
export async function forgetLearnt(
  records: Pick<Records, 'learnt' | 'putLearnt'>,
  tenant: string,
  cluster: string,
): Promise<void> {
  const entries = await readLearnt(records, tenant, cluster);
  for (let start = 0; start < entries.length; start += batch) {
    const forgotten = entries.slice(start, start + batch).map(({ key }) => ({ key, value: null }));
    await records.putLearnt(tenant, cluster, forgotten);
  }
}

async function readLearnt(
  records: Pick<Records, 'learnt'>,
  tenant: string,
  cluster: string,
): Promise<readonly LearntEntry[]> {
  const all: LearntEntry[] = [];
  for (;;) {
    const page = await records.learnt(tenant, cluster, all.at(-1)?.key ?? '', batch);
    all.push(...page);
    if (page.length < batch) return all;
  }
}
