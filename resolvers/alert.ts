import type { GraphNode } from '../graph/model/graph.ts';
import type { AlertFacetField } from '../graph/records/alerts/filter.ts';
import type { LifeChange } from '../graph/records/alerts/port.ts';
import { StoreError } from '../graph/store/errors.ts';
import type {
  AlertResolvers,
  ChangeAlertInput,
  MutationResolvers,
  QueryResolvers,
  SuppressionResolvers,
  UserError,
} from '../schema/types.ts';
import { alertFilterOf, clusterIds } from './alert-filter.ts';
import { boundsOf } from './attack-paths.ts';
import { once } from './connection.ts';
import type { Context } from './context.ts';
import { callerError } from './errors.ts';
import { pageOf, within } from './page.ts';

const orders = {
  LAST_SEEN: 'lastSeen',
  FIRST_SEEN: 'firstSeen',
  SEVERITY: 'severity',
  COUNT: 'count',
  REACH: 'reach',
} as const;

export const Query: QueryResolvers = {
  alerts: async (_, args, { alerts, reads }) => {
    const filter = await alertFilterOf(args.filter, reads);
    const { field = 'LAST_SEEN', direction = 'DESC' } = args.orderBy ?? {};
    const page = pageOf(args);
    const order = { field: orders[field], descending: direction === 'DESC' };
    return {
      page: once(() => alerts.find({ filter, order, page })),
      hasPreviousPage: args.after != null,
      total: () => alerts.count(filter),
    };
  },
  alert: (_, { id }, { alerts }) => alerts.alert(id),
  alertFacets: async (_, { by, filter }, { alerts, reads }) => {
    within('by', by.length, 1, 3);
    const fields = by.map((field) => field.toLowerCase() as AlertFacetField);
    const facets = await alerts.facets(await alertFilterOf(filter, reads), fields);
    return facets.map(({ values, count }) => ({
      count,
      values: values.map((value) => (value === null ? null : String(value))),
    }));
  },
  suppressions: (_, _args, { alerts }) => alerts.suppressions(),
  auditTrail: (_, args, { alerts }) => {
    const page = pageOf(args);
    return {
      page: once(() => alerts.auditTrail(page)),
      hasPreviousPage: args.after != null,
      total: () => alerts.countAudit(),
    };
  },
};

export const Mutation: MutationResolvers = {
  acknowledgeAlert: (_, { input }, context) => changeAlert(input, 'ACKNOWLEDGED', context),
  resolveAlert: (_, { input }, context) => changeAlert(input, 'RESOLVED', context),
  suppressAlerts: (_, { input }, context) =>
    answered('suppression', async () => {
      const [cluster] = input.cluster == null ? [null] : await clusterIds([input.cluster], context.reads);
      if (Date.parse(input.expiresAt) <= Date.now()) return 'expiresAt has passed: name a time to come.';
      const rule = {
        cluster: cluster ?? null,
        namespace: input.namespace ?? null,
        rule: input.rule ?? null,
        fields: input.fields ?? [],
        expiresAt: new Date(input.expiresAt).toISOString(),
        reason: input.reason,
      };
      const made = await changing(context).suppress(rule, input.reason);
      return made ?? 'It would keep quiet what you may not see: name a cluster, and a namespace, that you may.';
    }),
  endSuppression: (_, { input: { id, note } }, context) =>
    answered('suppression', async () => {
      const ended = await changing(context).endSuppression(id, note ?? null);
      return ended ?? `There is no suppression ${JSON.stringify(id)}.`;
    }),
};

function changeAlert({ id, note }: ChangeAlertInput, to: LifeChange, context: Context) {
  return answered('alert', async () => {
    const alert = await changing(context).change(id, to, note ?? null);
    if (alert === null) return `There is no alert ${JSON.stringify(id)}.`;
    return alert.state === to ? alert : 'The alert is resolved: the next occurrence opens another.';
  });
}

/** The right to change something, or FORBIDDEN. */
function changing({ acts }: Context): NonNullable<Context['acts']> {
  if (acts !== null) return acts;
  throw callerError('FORBIDDEN', 'The credential allows reading only: it needs the right to write.');
}

/** A payload: the object, or a sentence about what to put right. */
async function answered<K extends 'alert' | 'suppression', T extends object>(
  field: K,
  work: () => Promise<T | string>,
): Promise<Record<K, T | null> & { readonly errors: readonly UserError[] }> {
  const payload = (value: T | null, errors: readonly UserError[]) =>
    ({ [field]: value, errors }) as Record<K, T | null> & { readonly errors: readonly UserError[] };
  try {
    const outcome = await work();
    return typeof outcome === 'string' ? payload(null, [{ message: outcome }]) : payload(outcome, []);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'INVALID_VALUE')
      return payload(null, [{ message: error.message }]);
    throw error;
  }
}

export const Alert: AlertResolvers = {
  fields: ({ fields }) =>
    Object.entries(fields).map(([name, value]) => ({ name, value: value === null ? null : String(value) })),
  cluster: async ({ cluster }, _args, { reads }) => {
    const node = await reads.node(cluster);
    return node?.kind === 'Cluster' ? (node as GraphNode<'Cluster'>) : null;
  },
  subjects: async ({ subjects }, _args, { reads }) => {
    const nodes = await Promise.all(subjects.map((id) => reads.node(id)));
    return nodes.filter((node) => node !== null);
  },
  attackPaths: ({ subjects }, args, context) => {
    const [subject] = subjects;
    const first = within('first', args.first ?? 1, 1, 10);
    if (subject === undefined) return null;
    return context.paths({ from: { ids: [subject] }, to: { set: 'CLUSTER_ADMIN' }, first, ...boundsOf({}) });
  },
  suppression: async ({ suppressedBy }, _args, { alerts }) =>
    suppressedBy === null ? null : ((await alerts.suppressions()).find(({ id }) => id === suppressedBy) ?? null),
  history: async ({ id }, _args, { alerts }) =>
    (await alerts.auditTrail({ first: 100 }, id)).items.map(({ item }) => item),
};

export const Suppression: SuppressionResolvers = {
  clusterId: ({ cluster }) => cluster,
};
