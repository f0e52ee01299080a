import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readSettings } from './read-settings.ts';
import { targetsOf } from './targets.ts';

const folder = mkdtempSync(join(tmpdir(), 'portolan-targets-'));
after(() => rmSync(folder, { recursive: true }));

/** Writes a kubeconfig of contexts, each as `context: cluster`; the first is the current one. */
function kubeconfig(name: string, contexts: Readonly<Record<string, string>>): string {
  const clusters = [...new Set(Object.values(contexts))];
  const path = join(folder, name);
  const config = {
    'current-context': Object.keys(contexts)[0],
    clusters: clusters.map((cluster) => ({ name: cluster, cluster: { server: `https://${cluster}.example.com` } })),
    users: [{ name: 'me', user: { token: 'x' } }],
    contexts: Object.entries(contexts).map(([context, cluster]) => ({
      name: context,
      context: { cluster, user: 'me' },
    })),
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const fleet = kubeconfig('fleet', { reader: 'prod', admin: 'prod', lab: 'test' });
const arns = kubeconfig('arns', {
  east: 'arn:aws:eks:us-east-1:1:cluster/main',
  west: 'arn:aws:eks:us-west-2:1:cluster/main',
});
const one = kubeconfig('one', { default: 'kubernetes' });
const other = kubeconfig('other', { default: 'kubernetes' });

async function targets(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const known = ['kubeconfig', 'context', 'allContexts', 'cluster', 'config'] as const;
  const { settings } = readSettings(args, known, environment);
  const found = await targetsOf(settings);
  return found.map(({ config: { context, name }, label }) => `${context} as ${name} (${label})`);
}

test('one cluster is that of the current context, or of the one that is named', async () => {
  assert.deepEqual(await targets([]), ['null as null (the current context)']);
  assert.deepEqual(await targets(['--kubeconfig', fleet, '--context', 'lab', '--cluster', 'x']), ['lab as x (lab)']);
});

test('several contexts are several clusters; of all contexts, one a cluster', async () => {
  const both = ['reader as prod (reader)', 'lab as test (lab)'];
  assert.deepEqual(await targets(['--kubeconfig', fleet, '--context', 'reader', '--context', 'lab']), both);
  assert.deepEqual(await targets(['--kubeconfig', fleet, '--all-contexts']), both);
  assert.deepEqual(await targets(['--kubeconfig', fleet], { PORTOLAN_CONTEXT: 'reader, lab' }), both);
  const file = join(folder, 'settings.yaml');
  writeFileSync(file, `kubeconfig: ${fleet}\ncontext: [reader, lab]\n`);
  assert.deepEqual(await targets(['--config', file]), both);
});

test('clusters that share a name go by their contexts', async () => {
  assert.deepEqual(await targets(['--kubeconfig', arns, '--all-contexts']), [
    'east as east (east)',
    'west as west (west)',
  ]);
});

test('several kubeconfigs give their current contexts', async () => {
  const [prod, main] = [`reader as prod (reader of ${fleet})`, `east as main (east of ${arns})`];
  assert.deepEqual(await targets(['--kubeconfig', fleet, '--kubeconfig', arns]), [prod, main]);
});

test('what is ambiguous says how it may be told apart', async () => {
  for (const [args, message] of [
    [['--kubeconfig', one, '--kubeconfig', other], /several clusters would be called default: .*rename-context/],
    [['--kubeconfig', one, '--kubeconfig', other, '--context', 'default'], /is in .*one and in .*other: rename/],
    [['--kubeconfig', fleet, '--all-contexts', '--cluster', 'x'], /--cluster x names one cluster, and there are 2/],
    [['--kubeconfig', fleet, '--all-contexts', '--context', 'lab'], /not both/],
    [['--kubeconfig', fleet, '--context', 'lab', '--context', 'lap'], /--context lap: .* there are reader, admin, lab/],
    [['--kubeconfig', fleet, '--kubeconfig', join(folder, 'none')], /none: the kubeconfig cannot be read/],
  ] as const) {
    await assert.rejects(targets(args), message, args.join(' '));
  }
  await assert.rejects(targets([], { PORTOLAN_CONTEXT: 'a,,b' }), /PORTOLAN_CONTEXT: .* is not a list of names/);
});
