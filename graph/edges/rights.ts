import type { Evidence, EvidenceItem } from '../model/graph.ts';
import type { PolicyRule } from '../model/rules.ts';
import { fact } from './define.ts';
import { bothOf } from './evidence.ts';
import type { Memo, ModelNode, Read } from './read.ts';

/** One right, as the API server checks it: a verb on a resource (`pods/exec` for a subresource) of an API group. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}

/** How one permission set grants a right: on every object, or on those its rules name. Each value lists the rules by index. */
export interface Grant {
  readonly all: readonly number[];
  readonly named: ReadonlyMap<string, readonly number[]>;
}

/**
 * Whether a rule covers a right, object names aside. As kubernetes/kubernetes
 * pkg/apis/rbac/v1/evaluation_helpers.go: `*` in resources stands for all, a star before /exec for that subresource of all;
 * `pods/*` is no wildcard.
 */
export function covers(rule: PolicyRule, right: Right): boolean {
  const subresource = right.resource.split('/')[1];
  return (
    has(rule.verbs, '*', right.verb) &&
    has(rule.apiGroups, '*', right.group) &&
    (has(rule.resources, '*', right.resource) ||
      (subresource !== undefined && rule.resources.includes(`*/${subresource}`)))
  );
}

function has(list: readonly string[], wildcard: string, value: string): boolean {
  return list.includes(wildcard) || list.includes(value);
}

/** What the rules grant of a right; null when nothing. */
export function grantOf(rules: readonly PolicyRule[], right: Right): Grant | null {
  const all: number[] = [];
  // A map: names are the cluster's users' to choose, and may be those of Object.prototype.
  const named = new Map<string, number[]>();
  for (const [index, rule] of rules.entries()) {
    if (!covers(rule, right)) continue;
    if (rule.resourceNames.length === 0) all.push(index);
    for (const name of rule.resourceNames) {
      const rules = named.get(name);
      if (rules) rules.push(index);
      else named.set(name, [index]);
    }
  }
  return all.length > 0 || named.size > 0 ? { all, named } : null;
}

/** The evidence that a permission set grants a right by these rules: one alternative a rule. */
export function ruleEvidence(set: ModelNode<'PermissionSet'>, rules: readonly number[]): Evidence {
  return rules.map((index) => ruleItems(set, index));
}

/** The binding, and the rule of its role. */
export function ruleItems(set: ModelNode<'PermissionSet'>, rule: number): readonly EvidenceItem[] {
  return [fact(set.properties.binding ?? set.ref, 'roleRef'), fact(set.properties.role ?? set.ref, `rules[${rule}]`)];
}

/** The permission sets an identity wears, its own and those of its groups, by readable name, sorted. */
export const permissionSetsOf: Memo<readonly string[]> = {
  name: 'permissionSetsOf',
  compute: (identity, read) =>
    [
      ...new Set(
        [identity, ...read.out(identity, 'MEMBER_OF')].flatMap((holder) => read.out(holder, 'PERMISSION_DISCOVER')),
      ),
    ].sort(),
};

/** A right with the name of the one object it must hold for, if not all. */
export interface NamedRight extends Right {
  readonly name?: string;
}

/** One part of a conjunction: how a permission set holds it, as evidence; empty when it does not. */
export type Part = (set: ModelNode<'PermissionSet'>) => Evidence;

/** A right in the whole cluster. */
export function clusterWide(right: NamedRight): Part {
  return (set) => (set.properties.scope == null ? ruleEvidence(set, rulesFor(set, right)) : []);
}

/** A right within a namespace, be it held there or in the whole cluster. */
export function within(namespace: string, right: NamedRight): Part {
  return (set) => ((set.properties.scope ?? namespace) === namespace ? ruleEvidence(set, rulesFor(set, right)) : []);
}

/** A part that is held in any of several ways. */
export function anyOf(parts: readonly Part[]): Part {
  return (set) => parts.flatMap((part) => part(set));
}

/** The evidence that one permission set holds all parts; empty when it lacks one. */
export function heldBy(set: ModelNode<'PermissionSet'>, parts: readonly Part[]): Evidence {
  return together([set], parts);
}

/**
 * The evidence that an identity holds all parts together; empty when it lacks one, or when one of its permission sets
 * or of its groups holds them all (the edge then starts there).
 */
export function conjunctionOf(identity: string, parts: readonly Part[], read: Read): Evidence {
  const sets = setsOf(identity, read);
  const evidence = together(sets, parts);
  if (evidence.length === 0 || sets.some((set) => holdsAll([set], parts))) return [];
  if (read.out(identity, 'MEMBER_OF').some((group) => holdsAll(setsOf(group, read), parts))) return [];
  return evidence;
}

/** The permission sets that an identity wears, its own and those of its groups. */
export function setsOf(identity: string, read: Read): readonly ModelNode<'PermissionSet'>[] {
  return read.memo(permissionSetsOf, identity).flatMap((ref) => read.node('PermissionSet', ref) ?? []);
}

function holdsAll(sets: readonly ModelNode<'PermissionSet'>[], parts: readonly Part[]): boolean {
  return parts.every((part) => sets.some((set) => part(set).length > 0));
}

function together(sets: readonly ModelNode<'PermissionSet'>[], parts: readonly Part[]): Evidence {
  return parts.reduce<Evidence>((alternatives, part) => bothOf(alternatives, sets.flatMap(part)), [[]]);
}

/** The rules of one permission set that grant a right on the named object, or on all. */
function rulesFor(set: ModelNode<'PermissionSet'>, right: NamedRight): readonly number[] {
  const grant = grantOf(set.properties.rules ?? [], right);
  if (!grant) return [];
  return right.name === undefined ? grant.all : [...grant.all, ...(grant.named.get(right.name) ?? [])];
}
