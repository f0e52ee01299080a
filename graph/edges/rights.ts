import type { Evidence, EvidenceItem } from '../model/graph.ts';
import type { PolicyRule } from '../model/rules.ts';
import { fact } from './define.ts';
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
  readonly named: Readonly<Record<string, readonly number[]>>;
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
  const named: Record<string, number[]> = {};
  for (const [index, rule] of rules.entries()) {
    if (!covers(rule, right)) continue;
    if (rule.resourceNames.length === 0) all.push(index);
    for (const name of rule.resourceNames) {
      named[name] ??= [];
      named[name].push(index);
    }
  }
  return all.length > 0 || Object.keys(named).length > 0 ? { all, named } : null;
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

/** The most alternatives of evidence that are worked out for one edge. */
export const mostAlternatives = 100;

/** A right with the name of the one object it must hold for, if not all. */
export interface NamedRight extends Right {
  readonly name?: string;
}

/** One way of holding a right: through which permission set, by which rule. */
interface Holding {
  readonly set: ModelNode<'PermissionSet'>;
  readonly rule: number;
}

/**
 * The evidence that an identity holds all of several rights together, cluster-wide; null when it lacks one, or when
 * one of its permission sets or of its groups holds them all (the edge then starts there).
 */
export function conjunctionOf(identity: string, rights: readonly NamedRight[], read: Read): Evidence | null {
  const sets = clusterWideSets(identity, read);
  if (!holdTogether(sets, rights)) return null;
  if (sets.some((set) => holdTogether([set], rights))) return null;
  if (read.out(identity, 'MEMBER_OF').some((group) => holdTogether(clusterWideSets(group, read), rights))) return null;
  return rights.reduce<Evidence>(
    (alternatives, right) =>
      alternatives
        .flatMap((before) => holdingsOf(sets, right).map(({ set, rule }) => [...before, ...ruleItems(set, rule)]))
        .slice(0, mostAlternatives),
    [[]],
  );
}

function clusterWideSets(identity: string, read: Read): readonly ModelNode<'PermissionSet'>[] {
  return read
    .memo(permissionSetsOf, identity)
    .flatMap((ref) => read.node('PermissionSet', ref) ?? [])
    .filter((set) => set.properties.scope == null);
}

function holdTogether(sets: readonly ModelNode<'PermissionSet'>[], rights: readonly NamedRight[]): boolean {
  return rights.every((right) => holdingsOf(sets, right).length > 0);
}

function holdingsOf(sets: readonly ModelNode<'PermissionSet'>[], right: NamedRight): readonly Holding[] {
  return sets.flatMap((set) => rulesFor(set, right).map((rule) => ({ set, rule })));
}

/** The rules of one permission set that grant a right on the named object, or on all. */
export function rulesFor(set: ModelNode<'PermissionSet'>, right: NamedRight): readonly number[] {
  const grant = grantOf(set.properties.rules ?? [], right);
  if (!grant) return [];
  return right.name === undefined ? grant.all : [...grant.all, ...(grant.named[right.name] ?? [])];
}
