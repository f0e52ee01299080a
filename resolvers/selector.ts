import type { Endpoint, Without } from '../graph/paths/port.ts';
import { kindOf } from '../schema/names.ts';
import type { NodeSelector, WithoutInput } from '../schema/types.ts';
import type { Context } from './context.ts';
import { badUserInput } from './errors.ts';
import { clustersOf, filterOf } from './filter.ts';
import { findAll } from './reads.ts';

/** The most nodes that one selector may name. */
export const maxSelected = 10_000;

/** The end of a path that a selector stands for. `name` is the argument, for messages. */
export async function endpointOf(name: string, selector: NodeSelector, context: Context): Promise<Endpoint> {
  const { ids, kind, filter, set, namedSet } = selector;
  const given = Object.entries({ ids, kind, set, namedSet }).filter(([, value]) => value != null);
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none' : given.map(([key]) => key).join(' and ');
    throw badUserInput(`\`${name}\` takes exactly one of ids, kind, set and namedSet; there is ${found}.`);
  }
  if (filter != null && kind == null) throw badUserInput(`\`${name}\` takes a filter only beside a kind.`);
  if (ids != null) return { ids: few(name, ids) };
  if (namedSet != null) return { ids: await context.namedSet(namedSet) };
  if (set === 'CROWN_JEWELS') return { ids: await context.namedSet(set) };
  if (set != null) return { set };
  const kinds = [kindOf(String(kind))];
  if (filter == null) return { kinds };
  const query = { kinds, filter: filterOf('Node', filter, await clustersOf(filter, context.reads)) };
  const found = await findAll(context.reads.find, query, maxSelected + 1);
  return {
    ids: few(
      name,
      found.map(({ id }) => id),
    ),
  };
}

function few(name: string, ids: readonly string[]): readonly string[] {
  if (ids.length <= maxSelected) return ids;
  throw badUserInput(
    `\`${name}\` selects more than ${maxSelected.toLocaleString('en')} nodes: narrow it, or leave the filter out.`,
  );
}

export function withoutOf(inputs: readonly WithoutInput[]): readonly Without[] {
  return inputs.map(({ node, edge }) => {
    if (node != null && edge == null) return { node };
    if (edge != null && node == null) return { edge };
    throw badUserInput('Each entry of `without` takes exactly one of node and edge.');
  });
}
