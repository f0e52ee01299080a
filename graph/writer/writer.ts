import { isDeepStrictEqual } from 'node:util';
import type { EdgeDefinition } from '../edges/define.ts';
import { canonicalEvidence } from '../edges/evidence.ts';
import type { ModelNode } from '../edges/read.ts';
import { type AttackFacts, type Delta, type GraphEdge, type GraphNode, maxDeltaChanges } from '../model/graph.ts';
import { edgeId } from '../model/id.ts';
import { nodeKind } from '../model/kinds.ts';
import type { Extent, Observation } from '../model/observation.ts';
import { ref } from '../model/ref.ts';
import type { GraphStore, Lease } from '../store/port.ts';
import type { MemoryEdge, MemoryNode, StoredEdge, StoredNode } from './cells.ts';
import type { Claim, RestorableFact } from './claims.ts';
import { Derivation } from './derivation.ts';
import { Extents } from './extents.ts';
import { type Few, members } from './few.ts';
import { edgeProperties, Memory } from './memory.ts';

export interface WriterOptions {
  readonly store: Pick<GraphStore, 'apply' | 'scan'>;
  /** The right to write the partition; its cluster's id names the cluster. */
  readonly lease: Lease;
  readonly clusterName: string;
  readonly definitions: readonly EdgeDefinition[];
  /** The extents that will be observed: until each has been read, the cluster counts as loading. */
  readonly expects?: readonly Extent[];
  readonly now?: () => Date;
  /** How many changes a delta holds at most; 2,500, far below what it may, since each is copied, logged and followed. */
  readonly changesADelta?: number;
}

/** What a commit did. */
export interface Commit {
  readonly version: number;
  readonly changes: number;
}

/**
 * Holds one cluster's graph in memory, takes observations, works out what really changed, derives, and commits deltas.
 * Not for concurrent use: await one call before the next.
 */
export class PartitionWriter {
  readonly #store: WriterOptions['store'];
  readonly #lease: Lease;
  readonly #now: () => Date;
  readonly #changesADelta: number;
  readonly #memory: Memory;
  readonly #extents: Extents;
  readonly #derivation: Derivation;
  #version = 0;
  /** Set when a commit fails half-way: what memory takes for stored may not be. */
  #broken = false;

  private constructor(options: WriterOptions) {
    this.#store = options.store;
    this.#lease = options.lease;
    this.#now = options.now ?? (() => new Date());
    this.#changesADelta = options.changesADelta ?? maxDeltaChanges / 4;
    this.#memory = new Memory(options.lease.partition.cluster);
    this.#extents = new Extents(this.#memory, this.#now);
    this.#derivation = new Derivation(this.#memory, options.definitions, ref('Cluster', null, options.clusterName));
  }

  /** Reads back what the store holds of the partition. What is derived is derived anew, so that only differences are written. */
  static async open(options: WriterOptions): Promise<PartitionWriter> {
    const writer = new PartitionWriter(options);
    await writer.#restore();
    writer.#extents.expect(options.expects ?? []);
    return writer;
  }

  get version(): number {
    return this.#version;
  }

  /** Extents that are being read for the first time. */
  get loading(): readonly string[] {
    return this.#extents.loading;
  }

  /** Takes an observation into memory; `commit` makes it known. */
  observe(observation: Observation): void {
    this.#extents.observe(observation);
  }

  /** Derives and commits whatever has changed; null when nothing has. Throws what GraphStore.apply throws. */
  async commit(): Promise<Commit | null> {
    if (this.#broken) throw new Error('this writer has failed: open another, which reads back what is stored');
    this.#broken = true;
    const commit = await this.#commit();
    this.#broken = false;
    return commit;
  }

  async #commit(): Promise<Commit | null> {
    // What was observed need not wait for what it gives rise to, where both are much; a single change is one delta.
    const { changedNodes, changedEdges } = this.#memory;
    const much = changedNodes.size + changedEdges.size > this.#changesADelta;
    const applying = much ? this.#apply(this.#changes({ removals: false })) : Promise.resolve(0);
    applying.catch(() => undefined); // thrown when it is awaited
    await this.#derivation.settle(breather());
    const observed = await applying;
    const changes = observed + (await this.#apply(this.#changes({ removals: true })));
    return changes === 0 ? null : { version: this.#version, changes };
  }

  /**
   * What differs from the store among what has changed, as a delta. Without removals these wait for the next time:
   * before derivation has settled, what was derived in an earlier life is not there yet.
   */
  #changes({ removals }: { readonly removals: boolean }): Delta {
    const removedNodes: string[] = [];
    const removedEdges: string[] = [];
    const nodes: GraphNode[] = [];
    const edges: GraphEdge[] = [];
    const memory = this.#memory;
    const { changedNodes, changedEdges } = memory;
    memory.changedNodes = new Set();
    memory.changedEdges = new Set();
    for (const node of changedNodes) {
      const before = node.stored;
      const after = node.model && this.#graphNode(node, node.model);
      const gone = before && before.id !== after?.id;
      if (gone && !removals) {
        memory.changedNodes.add(node);
        continue;
      }
      if (gone) removedNodes.push(before.id);
      if (after && !same(before, after)) nodes.push(after);
      node.stored = after && { id: after.id, properties: after.properties, claims: after.claims };
      memory.tidy(node);
    }
    for (const edge of changedEdges) {
      const before = edge.stored;
      const after = edge.live ? this.#graphEdge(edge) : null;
      const gone = before && before.id !== after?.id;
      // The ends first: one that waits may have another id by now.
      const waits = gone || memory.changedNodes.has(edge.start.node) || memory.changedNodes.has(edge.end.node);
      if (waits && !removals) {
        memory.changedEdges.add(edge);
        continue;
      }
      if (gone) removedEdges.push(before.id);
      if (after && !(same(before, after) && isDeepStrictEqual(before?.attack, after.attack))) edges.push(after);
      edge.stored = after && {
        id: after.id,
        attack: after.attack,
        properties: after.properties,
        claims: after.claims,
      };
      memory.release(edge);
    }
    return { at: this.#now().toISOString(), nodes, edges, removedNodes, removedEdges };
  }

  /**
   * Commits a delta, however large, and resolves with how many changes it had. Two deltas at a time are on their way: while
   * the store writes one, the next is made ready for it.
   */
  async #apply(whole: Delta): Promise<number> {
    const changes = size(whole);
    if (changes === 0) return 0;
    let before: Promise<number> = Promise.resolve(this.#version);
    for (const delta of runs(whole, this.#changesADelta)) {
      const applied = this.#store.apply(this.#lease, this.#version, delta);
      applied.catch(() => undefined); // thrown when it is awaited, unless the one before it has failed
      await before;
      before = applied;
      this.#version++;
    }
    this.#version = await before;
    return changes;
  }

  #graphNode({ id, claims }: MemoryNode, { kind, ref, namespace, name, properties }: ModelNode): GraphNode {
    return {
      id,
      kind,
      ref,
      cluster: nodeKind(kind).shared ? null : this.#lease.partition.cluster,
      namespace,
      name,
      // Memory holds what was checked against the model's table where it came in.
      properties,
      claims: extents(claims),
      deletedAt: null,
    };
  }

  #graphEdge(edge: MemoryEdge): GraphEdge {
    const { kind, node } = edge.start;
    const from = node.id;
    const to = edge.end.node.id;
    return {
      id: edgeId(from, kind, to),
      kind,
      from,
      to,
      attack: joinAttack(edge),
      properties: edgeProperties(edge),
      claims: extents(edge.claims),
    };
  }

  async #restore(): Promise<void> {
    const { tenant, cluster } = this.#lease.partition;
    const { version, batches } = await this.#store.scan(tenant, cluster);
    this.#version = version[cluster] ?? 0;
    if (this.#version === 0) return;
    const refs = new Map<string, string>();
    const edges: GraphEdge[] = [];
    for await (const batch of batches) {
      if ('edges' in batch) {
        edges.push(...batch.edges);
        continue;
      }
      for (const node of batch.nodes) {
        const { id, kind, namespace, name, properties, claims } = node;
        refs.set(id, node.ref);
        const held = this.#memory.node(node.ref);
        held.stored = { id, properties, claims };
        // Whatever is stored but not restored was derived, or is a gap: unless it is found again, the first commit removes it.
        this.#memory.changedNodes.add(held);
        for (const extent of observed(node.claims)) {
          const fact: RestorableFact = { kind, id, uid: null, namespace, name, properties };
          this.#extents.restore(extent, { extent, key: `restored ${id}`, restored: true, nodes: [fact], edges: [] });
        }
      }
    }
    for (const edge of edges) {
      const from = refs.get(edge.from);
      const to = refs.get(edge.to);
      if (from === undefined || to === undefined) continue;
      const claimed = { kind: edge.kind, from, to, attack: edge.attack, properties: edge.properties };
      const held = this.#memory.hold(edge.kind, from, to);
      held.stored = edge;
      this.#memory.changedEdges.add(held);
      for (const extent of observed(edge.claims)) {
        this.#extents.restore(extent, {
          extent,
          key: `restored ${edge.id}`,
          restored: true,
          nodes: [],
          edges: [claimed],
        });
      }
    }
  }
}

/** The extents that were observed: what is derived, or a gap, is found anew. */
function observed(claims: readonly string[]): readonly string[] {
  return claims.filter((extent) => !extent.startsWith('derived/') && !extent.startsWith('coverage/'));
}

/** Lists of extents are few and nodes many: equal lists are one. */
const knownExtents = new Map<string, readonly string[]>();

function extents(claims: Few<{ readonly claim: Claim }>): readonly string[] {
  const names = new Set<string>();
  for (const { claim } of members(claims)) names.add(claim.extent);
  const sorted = [...names].sort();
  const key = sorted.join('\n');
  const known = knownExtents.get(key) ?? sorted;
  knownExtents.set(key, known);
  return known;
}

function joinAttack({ claims }: MemoryEdge): AttackFacts | null {
  const facts = Array.from(members(claims)).flatMap(({ attack }) => attack ?? []);
  const [first] = facts;
  if (!first) return null;
  if (facts.length === 1) return first;
  return { ...first, evidence: canonicalEvidence(facts.flatMap((fact) => fact.evidence)) };
}

/** Whether the store has it so already. */
function same(before: StoredNode | StoredEdge | null, after: GraphNode | GraphEdge): boolean {
  return (
    before !== null &&
    before.id === after.id &&
    isDeepStrictEqual(before.claims, after.claims) &&
    isDeepStrictEqual(before.properties, after.properties)
  );
}

function size({ nodes, edges, removedNodes, removedEdges }: Delta): number {
  return nodes.length + edges.length + removedNodes.length + removedEdges.length;
}

/**
 * Cuts a delta into ones that are small enough: what is removed first, edges last, so that their ends are there. Gaps
 * come before all and go after all: a reader in between must see that it is not whole.
 */
function* runs(delta: Delta, most: number): Iterable<Delta> {
  if (size(delta) <= most) {
    yield delta;
    return;
  }
  const { at, nodes, edges, removedNodes, removedEdges } = delta;
  const isGap = (id: string): boolean => id.startsWith('CoverageGap.');
  yield* slices(
    at,
    'nodes',
    nodes.filter(({ kind }) => kind === 'CoverageGap'),
    most,
  );
  yield* slices(at, 'removedEdges', removedEdges, most);
  yield* slices(
    at,
    'removedNodes',
    removedNodes.filter((id) => !isGap(id)),
    most,
  );
  yield* slices(
    at,
    'nodes',
    nodes.filter(({ kind }) => kind !== 'CoverageGap'),
    most,
  );
  yield* slices(at, 'edges', edges, most);
  yield* slices(at, 'removedNodes', removedNodes.filter(isGap), most);
}

function* slices<K extends Exclude<keyof Delta, 'at'>>(
  at: string,
  part: K,
  items: Delta[K],
  most: number,
): Iterable<Delta> {
  const empty: Delta = { at, nodes: [], edges: [], removedNodes: [], removedEdges: [] };
  for (let from = 0; from < items.length; from += most) {
    yield { ...empty, [part]: items.slice(from, from + most) };
  }
}

/** Gives the event loop a turn about every ten milliseconds. */
function breather(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < 10) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = performance.now();
        resolve();
      });
    });
  };
}
