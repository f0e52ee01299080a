import assert from 'node:assert/strict';
import { parse } from 'yaml';
import type { NodeFact } from '../../../graph/model/observation.ts';
import { defaultAudiences } from '../kinds/api-token.ts';
import { objectKinds } from '../kinds/index.ts';
import { type Mapped, mapObject } from '../map.ts';

/** Maps one manifest. Metadata may be left out: the object is then called default/x. */
export function mapManifest(kindName: string, manifest: string): Mapped {
  const kind = objectKinds.find(({ kind }) => kind === kindName);
  assert.ok(kind !== undefined);
  return mapObject(
    kind,
    { metadata: { name: 'x' }, ...parse(manifest) },
    { cluster: 'prod', audiences: defaultAudiences },
  );
}

export function nodeOf(mapped: Mapped, index = 0): NodeFact {
  const found = mapped.record?.nodes[index];
  assert.ok(found !== undefined);
  return found;
}

/** Asserts these properties of a mapped node, and no others. */
export function hasProperties(fact: NodeFact, expected: Readonly<Record<string, unknown>>): void {
  const { properties } = fact as { readonly properties: Readonly<Record<string, unknown>> };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, properties[name]])), expected);
}

/** The relationships in words: `FROM KIND TO`. */
export function arrowsOf(mapped: Mapped): readonly string[] {
  return (mapped.record?.relationships ?? []).map(({ from, kind, to }) => `${from} ${kind} ${to}`);
}
