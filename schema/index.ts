import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentNode } from 'graphql';
import { assemble } from './assemble.ts';
import { derivedSdl } from './derived.ts';

/** The domains of the schema, one file each. A new file is one more line here. */
const domains = [
  'common',
  'node',
  'cluster',
  'workload',
  'image',
  'rbac',
  'network',
  'gateway-api',
  'network-policy',
  'admission',
  'storage',
  'paths',
  'coverage',
  'facets',
  'alerts',
  'detections',
  'subscriptions',
] as const;

/** The whole schema, as SDL in syntax trees. `schema/schema.graphql` is its print. */
export const typeDefs: DocumentNode = assemble([
  ...domains.map((name) => readFileSync(join(import.meta.dirname, `${name}.graphql`), 'utf8')),
  derivedSdl(),
]);
