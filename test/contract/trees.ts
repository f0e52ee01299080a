import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NodeKind, nodeKind } from '../../graph/model/kinds.ts';
import { type Scope, wholeTenant } from '../../graph/model/scope.ts';
import { allKinds, neighbourKinds } from '../../graph/store/field.ts';
import type { Page } from '../../graph/store/filter.ts';
import type { Branch, Found, GraphStore, NodeView, Shape, Tree } from '../../graph/store/port.ts';
import { type Random, random, seeds } from '../property/random.ts';
import { edge, freshTenant, kubeNode, pod, type Subject, write } from './context.ts';
import { clusters, randomFilter, randomKinds, randomNode, randomOrder, randomScope } from './generate.ts';
import { randomHistory } from './reads.ts';
import type { Reference } from './reference.ts';

const propertiesOf = (kinds: readonly NodeKind[]) => kinds.flatMap((kind) => Object.keys(nodeKind(kind).properties));

const ownFields = ['ref', 'name', 'cluster', 'namespace'];

function randomShape(chance: Random, kinds: readonly NodeKind[], depth: number): Shape {
  const branches = Array.from({ length: depth === 0 ? 0 : 1 + chance.integer(2) }, (): Branch => {
    const relationships = chance.chance(0.5) ? [] : chance.sample(['RUNS_ON', 'SELECTS', 'CAN_REACH'], 2);
    const direction = chance.pick(['in', 'out'] as const);
    const wanted = randomKinds(chance);
    const leadTo = relationships.flatMap((name) => neighbourKinds(name, direction));
    const known = wanted.length > 0 ? wanted : leadTo.length > 0 ? leadTo : allKinds;
    const filter = chance.chance(0.3) ? randomFilter(chance, known, 2) : ({ and: [] } as const);
    const count = { relationships, direction, kinds: wanted, filter };
    if (chance.chance(0.3)) return { count };
    const shape = randomShape(chance, known, depth - 1);
    if (chance.chance(0.3)) return { one: count, shape };
    const order = chance.chance(0.5) ? { order: randomOrder(chance, known) } : {};
    const page = { ...count, ...order, page: { first: 1 + chance.integer(4) } };
    return { page, shape };
  });
  return { fields: chance.sample([...ownFields, ...propertiesOf(kinds), 'no such field'], 6), branches };
}

/** Of a node what a shape asks for: properties that are unknown and those unset are alike here. */
function shown(node: NodeView, shape: Shape) {
  const { id, kind, deletedAt, properties } = node;
  const all = { ...node, ...properties } as Readonly<Record<string, unknown>>;
  return { id, kind, deletedAt, wanted: shape.fields.map((field) => all[field] ?? null) };
}

function plain({ node, branches }: Tree, shape: Shape): unknown {
  const below = shape.branches.map((branch, i) => {
    const found = branches[i] as Found;
    if ('count' in branch) return found;
    if ('one' in branch) return found && plain(found as Tree, branch.shape);
    const { items, hasNextPage } = found as Page<Tree>;
    return { hasNextPage, items: items.map(({ item }) => plain(item, branch.shape)) };
  });
  return { ...shown(node, shape), below };
}

function wanted(expected: Reference, scope: Scope, node: NodeView, shape: Shape): unknown {
  const below = shape.branches.map((branch) => {
    if ('count' in branch) return expected.adjacent(scope, node.id, branch.count).length;
    const near = expected.adjacent(
      scope,
      node.id,
      'one' in branch ? { ...branch.one, order: { field: 'id' } } : branch.page,
    );
    const grown = near.map((found) => wanted(expected, scope, found.node, branch.shape));
    if ('one' in branch) return grown[0] ?? null;
    const { first } = branch.page.page;
    return { hasNextPage: near.length > first, items: grown.slice(0, first) };
  });
  return { ...shown(node, shape), below };
}

async function compareTrees(store: GraphStore, expected: Reference, scope: Scope, chance: Random, hint: string) {
  const ids = Array.from({ length: 6 }, () => randomNode(chance, chance.pick(clusters)).id);
  const shape = randomShape(chance, allKinds, 2);
  const trees = await store.trees(scope, ids, shape);
  assert.deepEqual(
    trees.map((tree) => tree && plain(tree, shape)),
    ids.map((id) => {
      const node = expected.node(scope, id);
      return node && wanted(expected, scope, node, shape);
    }),
    `${hint}: trees ${JSON.stringify([scope.clusters, ids, shape])}`,
  );
  // A page goes on from a tree as it does from a list of neighbours.
  for (const [i, branch] of shape.branches.entries()) {
    if (!('page' in branch)) continue;
    const pages = await store.adjacent(scope, ids, branch.page);
    const cursors = (page: Page<unknown> | undefined) => page?.items.map(({ cursor }) => cursor) ?? [];
    assert.deepEqual(
      trees.map((tree) => cursors(tree?.branches[i] as Page<Tree> | undefined)),
      pages.map((page, at) => (trees[at] ? cursors(page) : [])),
      `${hint}: cursors ${JSON.stringify([scope.clusters, ids, branch])}`,
    );
  }
}

export function treesContract(subject: Subject, histories: number): void {
  test('trees equal the plain reference, on random graphs, scopes and shapes', async () => {
    for (const seed of seeds(histories)) {
      const chance = random(seed);
      const tenant = freshTenant();
      const expected = await randomHistory(subject(), chance, tenant);
      for (let query = 0; query < 8; query++) {
        const scope = randomScope(chance, tenant);
        await compareTrees(subject().store, expected, scope, chance, `PORTOLAN_SEED=${seed}, query ${query}`);
      }
    }
  });

  test('a shape that could ask for too much is refused', async () => {
    const { store } = subject();
    const scope = wholeTenant(freshTenant());
    const out = { relationships: ['RUNS_ON'], direction: 'out' } as const;
    const level = (first: number, branches: readonly Branch[]): Branch => ({
      page: { ...out, page: { first } },
      shape: { fields: [], branches },
    });
    const nested = (depth: number): Branch => level(1, depth === 1 ? [] : [nested(depth - 1)]);
    for (const branches of [
      [level(100, [level(100, [])])],
      [nested(9)],
      Array.from({ length: 33 }, (): Branch => ({ count: out })),
    ]) {
      await assert.rejects(store.trees(scope, ['Pod.a'], { fields: [], branches }), { code: 'TOO_LARGE' });
    }
  });

  test('nothing hangs from a tombstone', async () => {
    const tenant = freshTenant();
    const { commit } = await write(subject(), tenant);
    const [a, n] = [pod('a'), kubeNode('n')];
    await commit({ nodes: [a, n], edges: [edge(a, 'RUNS_ON', n)] });
    await commit({ removedNodes: [a.id] });
    const out = { relationships: ['RUNS_ON'], direction: 'out' } as const;
    const shape = { fields: [], branches: [{ count: out }, { one: out, shape: { fields: [], branches: [] } }] };
    const [tree] = await subject().store.trees(wholeTenant(tenant), [a.id], shape);
    assert.equal(typeof tree?.node.deletedAt, 'string');
    assert.deepEqual(tree?.branches, [0, null]);
  });
}
