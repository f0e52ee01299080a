import { createHash } from 'node:crypto';
import { edgeId, nodeId, sharedNodeId } from '../../model/id.ts';
import { nodeKind } from '../../model/kinds.ts';
import { ref } from '../../model/ref.ts';
import { wholeTenant } from '../../model/scope.ts';
import { StoreError } from '../../store/errors.ts';
import type { GraphStore } from '../../store/port.ts';
import type { NewAlert } from './alert.ts';
import { checkNewAlert } from './check.ts';
import type { Detected, SubjectReference } from './detected.ts';

/**
 * What detections found in one cluster, as records take it: each by itself, in their order; the StoreError where one cannot be
 * kept. Nodes are named by id. Rejects where the graph cannot be asked.
 */
export async function occurrencesOf(
  store: Pick<GraphStore, 'find'>,
  tenant: string,
  cluster: string,
  detected: readonly Detected[],
): Promise<readonly PromiseSettledResult<NewAlert>[]> {
  const ids = await resolveNames(store, tenant, cluster, detected);
  return detected.map((each) => {
    try {
      const value = newAlert(each, ids);
      checkNewAlert(value);
      return { status: 'fulfilled', value };
    } catch (reason) {
      return { status: 'rejected', reason };
    }
  });
}

/** Ids by readable name of what the batch names so; one question for all. Names that are not known are left out. */
async function resolveNames(
  store: Pick<GraphStore, 'find'>,
  tenant: string,
  cluster: string,
  batch: readonly Detected[],
): Promise<ReadonlyMap<string, string>> {
  const named = batch.flatMap(referencesOf).flatMap((reference) => ('name' in reference ? [reference] : []));
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

function referencesOf({ subjects, proves = [] }: Detected): readonly SubjectReference[] {
  return [...subjects, ...proves.flatMap(({ from, to }) => [from, to])];
}

function newAlert(detected: Detected, ids: ReadonlyMap<string, string>): NewAlert {
  const { cluster, subjects, proves = [], discriminator, identity, ...said } = detected;
  const idOf = (reference: SubjectReference): string | undefined => {
    if ('id' in reference) return reference.id;
    if ('name' in reference) return ids.get(ref(reference.kind, reference.namespace, reference.name));
    return nodeKind(reference.kind).shared
      ? sharedNodeId(reference.kind, reference.uid)
      : nodeId(reference.kind, cluster, reference.uid);
  };
  const time = Date.parse(said.time);
  if (Number.isNaN(time)) {
    const message = `alert of rule ${JSON.stringify(said.rule)}: time ${JSON.stringify(said.time)} is none.`;
    throw new StoreError('INVALID_VALUE', message);
  }
  const steps = proves.flatMap(({ edge, from, to }) => {
    const [start, end] = [idOf(from), idOf(to)];
    return start === undefined || end === undefined ? [] : [edgeId(start, edge, end)];
  });
  const key = JSON.stringify([said.rule, ...(identity ?? identityOf(said.namespace, subjects, discriminator))]);
  return {
    ...said,
    key: createHash('sha256').update(key).digest('base64url'),
    techniques: [...new Set(said.techniques)],
    time: new Date(time).toISOString(),
    subjects: [...new Set(subjects.flatMap((reference) => idOf(reference) ?? []))],
    proves: [...new Set(steps)],
  };
}

/** What events say, not what the graph knows: an alert must not change its key when the graph catches up. */
function identityOf(
  namespace: string | null,
  subjects: readonly SubjectReference[],
  discriminator?: string,
): readonly unknown[] {
  const said = subjects
    .map((s) => ('id' in s ? [s.id] : 'uid' in s ? [s.kind, s.uid] : [s.kind, s.namespace, s.name]))
    .map((s) => JSON.stringify(s));
  return [namespace, said.sort(), discriminator ?? null];
}
