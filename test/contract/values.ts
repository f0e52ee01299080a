import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeProperties } from '../../graph/model/kinds.ts';
import { wholeTenant } from '../../graph/model/scope.ts';
import { edge, freshTenant, kubeNode, pod, type Subject, write } from './context.ts';

const texts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\n\t',
  '\u2028',
  'é',
  'e\u0301',
  '😀',
  '\uffff',
  "'; DROP TABLE nodes; --",
  '$x {y}',
  '[]',
  'null',
];

/** What goes in comes out, or is refused with a sentence that names it. */
export function valuesContract(subject: Subject): void {
  test('texts come back as they went in, everywhere a text may stand', async () => {
    const tenant = freshTenant();
    const { store } = subject();
    const scope = wholeTenant(tenant);
    const { commit } = await write(subject(), tenant);
    const nodes = texts.map((text, i) =>
      pod(`${i}`, {
        name: text,
        ref: `Pod/${text}`,
        namespace: text,
        claims: ['', text.slice(0, 8)],
        properties: { phase: text, labels: [text, text], owner: null },
      }),
    );
    const on = nodes.map((node) =>
      edge(node, 'CAN_REACH', node, {
        properties: {
          text: node.name,
          list: [node.name],
          none: null,
          yes: true,
          half: 0.5,
          most: Number.MAX_SAFE_INTEGER,
        },
        attack: { class: 'technique', difficulty: 9, evidence: [[{ object: node.name, field: node.name }], []] },
      }),
    );
    await commit({ nodes, edges: on });
    const ids = nodes.map(({ id }) => id);
    assert.deepEqual(await store.nodes(scope, ids), nodes);
    const edgeIds = on.map(({ id }) => id);
    assert.deepEqual(await store.edges(scope, edgeIds), on);
    for (const node of nodes) {
      for (const field of ['name', 'namespace', 'phase', 'labels']) {
        const { items } = await store.find(scope, {
          kinds: ['Pod'],
          filter: { field, in: [node.name] },
          page: { first: 9 },
        });
        assert.deepEqual(
          items.map(({ item }) => item),
          [node],
          `${field} = ${JSON.stringify(node.name)}`,
        );
      }
    }
  });

  test('a string of 4 MiB comes back whole', async () => {
    const tenant = freshTenant();
    const { commit } = await write(subject(), tenant);
    const long = ['x'.repeat(4 * 1024 * 1024), '😀'.repeat(512 * 1024)];
    const nodes = long.map((text, i) => pod(`${i}`, { properties: { owner: text } }));
    await commit({ nodes });
    const found = await subject().store.nodes(
      wholeTenant(tenant),
      nodes.map(({ id }) => id),
    );
    assert.ok(found.every((node, i) => (node?.properties as NodeProperties<'Pod'> | undefined)?.owner === long[i]));
  });

  test('absent, null, empty and false are four things', async () => {
    const tenant = freshTenant();
    const { commit } = await write(subject(), tenant);
    const all: readonly NodeProperties<'Pod'>[] = [
      {},
      { phase: null, labels: null, hostPid: null },
      { phase: '', labels: [], hostPid: false },
    ];
    const nodes = all.map((properties, i) => pod(`${i}`, { properties }));
    await commit({ nodes });
    const ids = nodes.map(({ id }) => id);
    assert.deepEqual(await subject().store.nodes(wholeTenant(tenant), ids), nodes);
  });

  test('integers are exact up to 2^53 - 1, and refused beyond', async () => {
    const tenant = freshTenant();
    const { commit } = await write(subject(), tenant);
    const container = (runAsUser: unknown) => ({
      ...pod('c', { id: 'Container.c', kind: 'Container', ref: 'Container/c' }),
      properties: { runAsUser } as NodeProperties,
    });
    for (const value of [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      await commit({ nodes: [container(value)] });
      assert.deepEqual(await subject().store.nodes(wholeTenant(tenant), ['Container.c']), [container(value)]);
    }
    for (const value of [2 ** 53, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, '1', true]) {
      await assert.rejects(commit({ nodes: [container(value)] }), {
        code: 'INVALID_VALUE',
        message: /Container\.c.*runAsUser/s,
      });
    }
  });

  test('what would not survive is refused by name', async () => {
    const { commit } = await write(subject(), freshTenant());
    const [a, n] = [pod('a'), kubeNode('n')];
    const refused: readonly (readonly [RegExp, Parameters<typeof commit>[0]])[] = [
      [/phase/, { nodes: [pod('a', { properties: { phase: '\ud800' } })] }],
      [/labels/, { nodes: [pod('a', { properties: { labels: ['x'.repeat(4 * 1024 * 1024 + 1)] } })] }],
      [/printable ASCII/, { nodes: [pod('a', { id: 'Pod é' })] }],
      [/hostPid/, { nodes: [pod('a', { properties: { hostPid: 1 as unknown as boolean } })] }],
      [/weight/, { nodes: [pod('a', { properties: { weight: 1 } as NodeProperties<'Pod'> })] }],
      [/__proto__/, { nodes: [pod('a', { properties: JSON.parse('{"__proto__":1}') as NodeProperties<'Pod'> })] }],
      [/ref/, { nodes: [pod('a', { ref: 'Pod/\udc00' })] }],
      [/deletedAt/, { nodes: [pod('a', { deletedAt: '2026-01-01T00:00:00Z' })] }],
      [/kind/, { edges: [edge(a, 'runs on', n)] }],
      [/accepted/, { edges: [edge(a, 'ATTACHES_TO', n, { properties: { accepted: 'yes' } })] }],
      [/difficulty/, { edges: [edge(a, 'X', n, { attack: { class: 'technique', difficulty: 10, evidence: [] } })] }],
      [/count/, { edges: [edge(a, 'X', n, { properties: { count: 2 ** 60 } })] }],
      [/twice/, { nodes: [a, a] }],
      [/removes/, { nodes: [a], removedNodes: [a.id] }],
      [/time/, { at: 'yesterday' }],
    ];
    for (const [message, changes] of refused) await assert.rejects(commit(changes), { code: 'INVALID_VALUE', message });
  });
}
