import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeKinds } from '../../graph/model/kinds.ts';
import { relationships } from '../../graph/model/relationships.ts';
import { type Random, random, seeds } from '../../test/property/random.ts';
import { objectKinds } from './kinds/index.ts';
import { mapObject } from './map.ts';

/** The field names that the mapping looks for, so that garbage gets deep into it. */
const names = (
  'metadata name namespace uid labels annotations ownerReferences controller kind creationTimestamp spec status rules ' +
  'verbs apiGroups resources resourceNames roleRef subjects containers initContainers ephemeralContainers image ports ' +
  'containerPort hostPort protocol securityContext capabilities add volumes projected sources serviceAccountToken ' +
  'audience secret secretName volumeMounts containerStatuses imageID endpoints targetRef conditions ready http paths ' +
  'path backend service host defaultBackend tls loadBalancer ingress ip hostname addresses type address nodeInfo ' +
  'selector port nodePort externalIPs podSelector namespaceSelector matchLabels matchExpressions key operator values ' +
  'policyTypes egress from to ipBlock cidr except subject pods action namespaces portRange protocols tcp destinationPort ' +
  'listeners allowedRoutes parentRefs parentRef parents backendRefs filters requestMirror matches method hostnames ' +
  'webhooks clientConfig matchConstraints resourceRules matchResources policyName __proto__ constructor'
).split(' ');
const strings = [
  '',
  'x',
  'a/b',
  'Pod',
  'Role',
  'ClusterRole',
  'User',
  'ServiceAccount',
  'Always',
  'In',
  'Accept',
  'Service',
  'é\u2028',
  '\ud800',
  'y'.repeat(70_000),
];

function garbage(source: Random, depth: number): unknown {
  const shape = source.integer(depth > 6 ? 5 : 9);
  if (shape === 0) return null;
  if (shape === 1) return source.pick([0, -1, 1.5, 80, 2 ** 60, Number.NaN]);
  if (shape === 2) return source.chance(0.5);
  if (shape <= 4) return source.pick(strings);
  if (shape === 5) return Array.from({ length: source.integer(4) }, () => garbage(source, depth + 1));
  const object: Record<string, unknown> = Object.create(null);
  for (let count = 2 + source.integer(12); count > 0; count -= 1)
    object[source.pick(names)] = garbage(source, depth + 1);
  return object;
}

/** Garbage that most often has a name, or there is nothing to map. */
function object(source: Random): unknown {
  const made = garbage(source, 0);
  if (typeof made !== 'object' || made === null || Array.isArray(made) || source.chance(0.2)) return made;
  return { ...made, metadata: { ...(garbage(source, 1) as object | null), name: 'x' } };
}

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  time: (value) => typeof value === 'string',
  integer: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === 'boolean',
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  json: () => true,
};

test('any JSON maps to facts of the model, and nothing throws', () => {
  for (const seed of seeds(1000)) {
    const source = random(seed);
    const kind = source.pick(objectKinds);
    try {
      const json = object(source);
      const { record, problems } = mapObject(kind, json, { cluster: 'c', audiences: [] });
      assert.ok(problems.length <= 20);
      for (const { kind: nodeKind, properties } of record?.nodes ?? []) {
        const table: Readonly<Record<string, { readonly type: string }>> = nodeKinds[nodeKind].properties;
        for (const [name, value] of Object.entries(properties)) {
          const type = table[name]?.type;
          assert.ok(type !== undefined, `${nodeKind} has no property ${name}`);
          assert.ok(value === null || types[type]?.(value), `${nodeKind}.${name} is ${JSON.stringify(value)}`);
        }
      }
      for (const { kind: name, from, to } of record?.relationships ?? []) {
        const table: { readonly from: readonly string[]; readonly to: readonly string[] } = relationships[name];
        assert.ok(table.from.includes(from.split('/')[0] ?? ''), `${name} from ${from}`);
        assert.ok(table.to.includes(to.split('/')[0] ?? ''), `${name} to ${to}`);
      }
    } catch (error) {
      throw new Error(`seed ${seed}, ${kind.kind}`, { cause: error });
    }
  }
});
