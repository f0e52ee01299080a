import { everything, type Filter, type Scalar } from '../graph/store/filter.ts';
import { listTypes, relations } from '../schema/lists.ts';
import { kindOf } from '../schema/names.ts';
import type { Reads } from './reads.ts';

/** A filter input as GraphQL hands it over: its shape has been checked against the schema. */
export type FilterInput = Readonly<Record<string, unknown>>;

/** Cluster ids by name or id. */
export type ClusterIds = (names: readonly string[]) => readonly string[];

/** The filter of a list of this type, from the input of the same type; `Node` for NodeFilter. */
export function filterOf(type: string, input: FilterInput | null | undefined, clusters: ClusterIds): Filter {
  return input ? compile(type, input, clusters) : everything;
}

/** What `filterOf` needs to know of the clusters that the input names; they are read only if it names some. */
export function clustersOf(input: FilterInput | null | undefined, reads: Reads): ClusterIds | Promise<ClusterIds> {
  return mentionsClusters(input) ? clusterIds(reads) : noClusters;
}

const noClusters: ClusterIds = () => [];

export function mentionsClusters(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([key, part]) => key === 'clusters' || mentionsClusters(part));
}

async function clusterIds(reads: Reads): Promise<ClusterIds> {
  const clusters = await reads.clusters();
  return (names) => clusters.filter(({ id, name }) => names.includes(id) || names.includes(name)).map(({ id }) => id);
}

/** One table for every type: what a key means follows from the model. */
function compile(type: string, input: FilterInput, clusters: ClusterIds): Filter {
  const nested = (value: unknown): Filter => compile(type, value as FilterInput, clusters);
  const parts = Object.entries(input)
    .filter(([, value]) => value != null)
    .map(([key, value]): Filter => {
      if (key === 'and' || key === 'or') {
        const filters = (value as readonly unknown[]).map(nested);
        return key === 'and' ? { and: filters } : { or: filters };
      }
      if (key === 'not') return { not: nested(value) };
      if (key === 'clusters') return { field: 'cluster', in: clusters(value as readonly string[]) };
      if (key === 'kind' && listTypes[type]) return { field: 'kind', in: (value as readonly string[]).map(kindOf) };
      const relation = relations[type]?.[key];
      if (relation) {
        const { relationship, direction } = relation;
        const { some, none } = value as { some?: FilterInput | null; none?: FilterInput | null };
        const end = (filter: FilterInput): Filter => compile(relation.type, filter, clusters);
        const conditions: Filter[] = [];
        if (some) conditions.push({ relationship, direction, some: end(some) });
        if (none) conditions.push({ relationship, direction, none: end(none) });
        return { and: conditions };
      }
      return fieldFilter(key, value as Condition);
    });
  return parts.length === 1 && parts[0] ? parts[0] : { and: parts };
}

/** StringFilter, IntFilter, BooleanFilter, DateTimeFilter and StringListFilter in one. */
interface Condition {
  readonly in?: readonly Scalar[] | null;
  readonly is?: boolean | null;
  readonly contains?: string | null;
  readonly range?: { readonly from?: string | number | null; readonly to?: string | number | null } | null;
  readonly isNull?: boolean | null;
}

export function fieldFilter(field: string, condition: Condition): Filter {
  const parts: Filter[] = [];
  if (condition.in != null) parts.push({ field, in: condition.in });
  if (condition.is != null) parts.push({ field, in: [condition.is] });
  if (condition.contains != null) parts.push({ field, contains: condition.contains });
  if (condition.isNull != null) parts.push({ field, isNull: condition.isNull });
  if (condition.range != null) {
    const { from, to } = condition.range;
    parts.push({ field, range: { ...(from != null && { from }), ...(to != null && { to }) } });
  }
  return parts.length === 1 && parts[0] ? parts[0] : { and: parts };
}
