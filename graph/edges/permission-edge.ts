import type { NodeKind } from '../model/kinds.ts';
import { ref } from '../model/ref.ts';
import type { Derive, DerivedEdge } from './define.ts';
import { takesNewObjects } from './namespaces.ts';
import type { Read } from './read.ts';
import { grantOf, type Right, ruleEvidence } from './rights.ts';

/** Kinds that lie in no namespace, so that a right which holds within one is none over them. */
const clusterScoped: ReadonlySet<NodeKind> = new Set(['Node', 'User', 'Group']);

/**
 * Derives the edges of a right over objects of one kind, from the permission sets that hold it: to the set of all of
 * them within the scope, or to each object that the rules name. Any one of the rights suffices. Rights that are used by
 * creating an object beside the target say so by `only`.
 */
export function overObjects(
  target: NodeKind,
  rights: (read: Read) => readonly Right[],
  only?: 'where objects may be created',
): Derive<'PermissionSet'> {
  return function* (set, read): Iterable<DerivedEdge> {
    const scope = set.properties.scope ?? null;
    if (scope !== null && clusterScoped.has(target)) return;
    const open = (namespace: string | null): boolean =>
      only === undefined || namespace === null || takesNewObjects(namespace, read);
    if (!open(scope)) return;
    for (const right of rights(read)) {
      const grant = grantOf(set.properties.rules ?? [], right);
      if (!grant) continue;
      if (grant.all.length > 0) {
        const whole = scope === null && only !== undefined ? { only } : {};
        const to = { members: target, namespace: scope, ...whole };
        yield { from: set.ref, to, evidence: ruleEvidence(set, grant.all) };
      }
      // A create of the object itself carries no name yet, so that a rule with resourceNames never allows it.
      if (right.verb === 'create' && !right.resource.includes('/')) continue;
      for (const [name, rules] of grant.named) {
        const targets = scope === null ? read.named(target, name) : [ref(target, scope, name)];
        for (const to of targets) {
          if (open(read.node(target, to)?.namespace ?? null))
            yield { from: set.ref, to, evidence: ruleEvidence(set, rules) };
        }
      }
    }
  };
}
