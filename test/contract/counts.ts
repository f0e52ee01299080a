import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { nodeId, sharedNodeId } from '../../graph/model/id.ts';
import { nodeKind } from '../../graph/model/kinds.ts';
import { type Scope, wholeTenant } from '../../graph/model/scope.ts';
import { neighbourKinds } from '../../graph/store/field.ts';
import type { Branch, CountQuery } from '../../graph/store/port.ts';
import { type Random, random, seeds } from '../property/random.ts';
import { delta, edge, freshTenant, pod, type Subject, write } from './context.ts';
import { clusters } from './generate.ts';
import { type Reference, reference } from './reference.ts';

const kinds = ['Container', 'Image', 'Vulnerability'] as const;

function node(kind: (typeof kinds)[number], cluster: string, key: number): GraphNode {
  const { shared } = nodeKind(kind);
  const id = shared ? sharedNodeId(kind, `${key}`) : nodeId(kind, cluster, `${key}`);
  return pod(`${key}`, { id, kind, ref: `${kind}/${key}`, cluster: shared ? null : cluster, namespace: 'default' });
}

const keys = [0, 1, 2];
const nodesOf = (cluster: string) => kinds.flatMap((kind) => keys.map((key) => node(kind, cluster, key)));

/** The other end may be of another kind, dead, or never have been. */
function randomEdge(chance: Random, cluster: string): GraphEdge {
  const [from, kind, to] = chance.pick([
    ['Container', 'RUNS_IMAGE', 'Image'],
    ['Container', 'RUNS_IMAGE', 'Image'],
    ['Image', 'AFFECTED_BY', 'Vulnerability'],
    ['Image', 'AFFECTED_BY', chance.chance(0.3) ? 'Image' : 'Vulnerability'],
  ] as const);
  return edge(node(from, cluster, chance.pick(keys)), kind, node(to, cluster, chance.pick(keys)));
}

const distinct = <T extends { readonly id: string }>(items: readonly T[]): readonly T[] => [
  ...new Map(items.map((item) => [item.id, item])).values(),
];

function randomDelta(chance: Random, cluster: string, second: number) {
  const edges = distinct(Array.from({ length: chance.integer(4) }, () => randomEdge(chance, cluster)));
  const nodes = second < clusters.length ? nodesOf(cluster) : chance.sample(nodesOf(cluster), 2);
  const besides = (ids: readonly string[], stated: readonly { readonly id: string }[]) =>
    [...new Set(ids)].filter((id) => !stated.some((item) => item.id === id));
  return delta({
    at: new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString(),
    ...{ nodes, edges },
    removedNodes: besides(
      chance.sample(nodesOf(cluster), 2).map(({ id }) => id),
      nodes,
    ),
    removedEdges: besides(
      Array.from({ length: chance.integer(3) }, () => randomEdge(chance, cluster).id),
      edges,
    ),
  });
}

const counted = (['RUNS_IMAGE', 'AFFECTED_BY'] as const).flatMap((relationship) =>
  (['out', 'in'] as const).map((direction): CountQuery => {
    return { relationships: [relationship], direction, kinds: neighbourKinds(relationship, direction) };
  }),
);

async function compareCounts(subject: Subject, expected: Reference, scope: Scope, hint: string): Promise<void> {
  const ids = [...new Set(clusters.flatMap((cluster) => nodesOf(cluster).map(({ id }) => id)))];
  const branches = counted.map((count): Branch => ({ count }));
  const trees = await subject().store.trees(scope, ids, { fields: [], branches });
  assert.deepEqual(
    trees.map((tree) => (tree?.node.deletedAt === null ? tree.branches : 'dead')),
    ids.map((id) => {
      if (expected.node(scope, id)?.deletedAt !== null) return 'dead';
      return counted.map((count) => expected.adjacent(scope, id, count).length);
    }),
    `${hint}: counts in ${JSON.stringify(scope.clusters)}`,
  );
}

export function countsContract(subject: Subject, histories: number): void {
  test('counts over a whole relationship stay exact: dead and missing ends, several partitions, pruning', async () => {
    for (const seed of seeds(histories)) {
      const chance = random(seed);
      const tenant = freshTenant();
      const expected = reference();
      const writers = await Promise.all(clusters.map((cluster) => write(subject(), tenant, cluster)));
      for (let second = 0; second < 24; second++) {
        const which = second < clusters.length ? second : chance.integer(clusters.length);
        const cluster = clusters[which] as string;
        const changes = randomDelta(chance, cluster, second);
        await writers[which]?.commit(changes);
        expected.apply(cluster, changes);
        const hint = `PORTOLAN_SEED=${seed}, delta ${second}`;
        // Of the living nothing changes.
        if (chance.chance(0.3))
          await subject().store.prune(tenant, new Date(Date.parse(changes.at) - chance.integer(8_000)));
        await compareCounts(subject, expected, wholeTenant(tenant), hint);
        if (second % 8 === 7) {
          await compareCounts(subject, expected, { tenant, clusters: { alpha: 'all', beta: ['default'] } }, hint);
        }
      }
    }
  });
}
