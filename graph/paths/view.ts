import { grantOn, mayReadClaim, type Scope } from '../model/scope.ts';
import type { Placement } from './placements.ts';
import type { Without } from './port.ts';
import type { Projection } from './projection.ts';

const unknown = 0;
const no = 1;
const yes = 2;

/** The projection as one query sees it: what the scope shows, less what is assumed gone. Nothing else may be observable. */
export class View {
  readonly projection: Projection;
  readonly #scope: Scope;
  readonly #placement: Int32Array;
  readonly #edgeCluster: Uint16Array;
  readonly #edgeEvidence: Int32Array;
  /** By placement and by cluster of edges: judged when first met. */
  readonly #placements: Uint8Array;
  readonly #clusters: Uint8Array;
  readonly #goneNodes = new Set<number>();
  readonly #goneEdges = new Set<number>();
  /** Objects of evidence that are gone with their nodes. */
  readonly #goneObjects = new Set<number>();

  constructor(projection: Projection, scope: Scope, without: readonly Without[] = []) {
    const { nodes, edges } = projection;
    this.projection = projection;
    this.#scope = scope;
    this.#placement = nodes.placement;
    this.#edgeCluster = edges.cluster;
    this.#edgeEvidence = edges.evidenceAt;
    this.#placements = new Uint8Array(nodes.placements.list.length);
    this.#clusters = new Uint8Array(edges.clusters.list.length);
    const goneNodes: number[] = [];
    for (const each of without) {
      if ('edge' in each) {
        for (const edge of edges.find(each.edge)) this.#goneEdges.add(edge);
        continue;
      }
      const node = nodes.find(each.node);
      // What the caller may not see cannot be assumed gone: the answer would betray what rests on it.
      if (node !== undefined && this.sees(node)) goneNodes.push(node);
    }
    for (const node of goneNodes) {
      this.#goneNodes.add(node);
      for (const { cluster } of nodes.places(node)) {
        const object = edges.evidence.object(cluster, nodes.refs[node] as string);
        if (object !== undefined) this.#goneObjects.add(object);
      }
    }
  }

  sees(node: number): boolean {
    const placement = this.#placement[node] as number;
    let seen = this.#placements[placement];
    if (seen === unknown) {
      const { kind, places } = this.projection.nodes.placements.list[placement] as Placement;
      seen = places.some((place) => mayReadClaim(this.#scope, kind, place)) ? yes : no;
      this.#placements[placement] = seen;
    }
    return seen === yes && (this.#goneNodes.size === 0 || !this.#goneNodes.has(node));
  }

  /** Whether an edge between two nodes that are seen may be followed: its partition is granted, and it is not gone. */
  follows(edge: number): boolean {
    const cluster = this.#edgeCluster[edge] as number;
    let seen = this.#clusters[cluster];
    if (seen === unknown) {
      const name = this.projection.edges.clusters.list[cluster] as string;
      seen = grantOn(this.#scope, name) === undefined ? no : yes;
      this.#clusters[cluster] = seen;
    }
    if (seen === no) return false;
    if (this.#goneEdges.size > 0 && this.#goneEdges.has(edge)) return false;
    if (this.#goneObjects.size === 0) return true;
    return !this.projection.edges.evidence.falls(this.#edgeEvidence[edge] as number, this.#goneObjects);
  }
}
