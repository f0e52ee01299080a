import type { Evidence } from '../model/graph.ts';
import type { Derive, Derived } from './define.ts';
import type { ModelNode, Read } from './read.ts';
import { conjunctionOf, heldBy, type Part, setsOf } from './rights.ts';

/** Whoever holds rights that count together: one permission set, or an identity by several. */
export interface Holder {
  readonly ref: string;
  /** Where the rights lie: to be looked through for names. */
  readonly sets: readonly ModelNode<'PermissionSet'>[];
  /** The evidence that all parts are held together; empty when one is not. */
  readonly held: (parts: readonly Part[]) => Evidence;
  /** Whether its bindings are there: one to be made calls no others into being, or they would hold each other up. */
  readonly made: boolean;
}

type HolderKind = 'PermissionSet' | 'ServiceAccount' | 'User' | 'Group';

/**
 * Derives from whoever holds rights together: in one binding, from its permission set; in several, from the identity, or
 * the smallest group, that holds them.
 */
export function fromHolders(reach: (holder: Holder, read: Read) => Iterable<Derived>): {
  readonly [K in HolderKind]: Derive<K>;
} {
  const together: Derive<'ServiceAccount' | 'User' | 'Group'> = ({ ref }, read) => {
    const held = (parts: readonly Part[]): Evidence => conjunctionOf(ref, parts, read);
    return reach({ ref, sets: setsOf(ref, read), held, made: true }, read);
  };
  return {
    PermissionSet: (set, read) => {
      const held = (parts: readonly Part[]): Evidence => heldBy(set, parts);
      return reach({ ref: set.ref, sets: [set], held, made: set.properties.binding != null }, read);
    },
    ServiceAccount: together,
    User: together,
    Group: together,
  };
}
