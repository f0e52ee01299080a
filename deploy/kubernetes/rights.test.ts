import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { objectKinds } from '../../collectors/kubernetes/kinds/index.ts';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** What the ClusterRole of a manifest grants, each as `verbs group/resource` or `verbs URL`, sorted. */
function rightsIn(file: string): readonly string[] {
  const documents = parseAllDocuments(readFileSync(join(import.meta.dirname, file), 'utf8')).map(
    (document) => document.toJS() as { readonly kind: string; readonly rules?: readonly Rule[] },
  );
  const rules = documents.filter(({ kind }) => kind === 'ClusterRole').flatMap((role) => role.rules ?? []);
  return rules
    .flatMap(({ apiGroups = [], resources = [], nonResourceURLs = [], verbs }) => [
      ...apiGroups.flatMap((group) => resources.map((resource) => `${verbs} ${group}/${resource}`)),
      ...nonResourceURLs.map((url) => `${verbs} ${url}`),
    ])
    .sort();
}

test('the collector may read every kind that is charted, save secrets, and nothing else', () => {
  const kinds = objectKinds.filter(({ kind }) => kind !== 'Secret');
  const read = kinds.map(({ group, resource }) => `get,list,watch ${group}/${resource}`);
  const urls = ['/metrics', '/version', '/.well-known/openid-configuration', '/openid/v1/jwks'].map(
    (url) => `get ${url}`,
  );
  assert.deepEqual(rightsIn('collector.yaml'), [...read, ...urls].sort());
});

test('secrets are a right of their own', () => assert.deepEqual(rightsIn('secrets.yaml'), ['list,watch /secrets']));
