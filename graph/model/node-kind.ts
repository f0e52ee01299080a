import { type PropertyTable, time } from './property.ts';

/** One kind of node: what it stands for, what makes it unique, what is known of it. */
export interface NodeKindDefinition {
  readonly description: string;
  /** The natural key, in words; `id.ts` turns it into an id. */
  readonly key: string;
  /** Whether clusters share it: it then lives while any cluster claims it, and is seen only through a claim. */
  readonly shared: boolean;
  /** Whether a caller limited to some namespaces sees it although it lies in none. */
  readonly visibleFromNamespaces: boolean;
  /** Whether it is only plumbing between two steps: never listed, shown, or counted. */
  readonly hidden: boolean;
  readonly properties: PropertyTable;
}

/** Declares a kind of node. */
export function kind<const P extends PropertyTable>(
  description: string,
  key: string,
  properties: P,
  options: { readonly shared?: boolean; readonly visibleFromNamespaces?: boolean; readonly hidden?: boolean } = {},
) {
  return {
    description,
    key,
    properties,
    shared: options.shared ?? false,
    visibleFromNamespaces: options.visibleFromNamespaces ?? false,
    hidden: options.hidden ?? false,
  } as const;
}

/** What every object of the Kubernetes API has. */
export const created = { createdAt: time('When the object was created, by its metadata.') } as const;
