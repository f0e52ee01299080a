import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { VersionVector } from '../../model/graph.ts';
import type { Scope } from '../../model/scope.ts';
import type { GraphStore, Shape, Tree } from '../port.ts';
import { type Past, past } from './past.ts';
import { restsOn } from './rests-on.ts';
import { type Way, waysOf } from './ways.ts';

/** Trees that were read before, kept while they are still true. */
export interface TreeCache {
  /** As `GraphStore.trees`: no older than this version of the tenant's graph. */
  trees(scope: Scope, ids: readonly string[], shape: Shape, version: VersionVector): Promise<readonly (Tree | null)[]>;
  /** How many trees were found here, how many were not, and about how many bytes those take that are kept. */
  usage(): { readonly hits: number; readonly misses: number; readonly bytes: number };
}

interface Kept {
  readonly tree: Tree;
  readonly keys: ReadonlySet<number>;
  /** The commits after which it is known to be true. */
  count: number;
}

/**
 * Keeps about so many bytes of trees, those asked for last. A tree is kept for the very scope and shape that it was read for.
 * It was read after some commits; when it is asked for again, the commits since then tell whether it still holds.
 */
export function treeCache(store: GraphStore, maxBytes: number): TreeCache {
  const kept = new LRUCache<string, Kept>({ maxSize: maxBytes });
  const pasts = new Map<string, Past>();
  const ways = new Map<string, Way>();
  let allWays: readonly Way[] = [];
  let hits = 0;
  let misses = 0;

  function pastOf(tenant: string): Past {
    const known = pasts.get(tenant) ?? past(store, tenant, () => allWays);
    pasts.set(tenant, known);
    return known;
  }

  function find(key: string, { touched, count }: Past): Tree | undefined {
    const found = kept.get(key);
    if (found === undefined) return undefined;
    if (touched(found.keys, found.count)) {
      kept.delete(key);
      return undefined;
    }
    found.count = count();
    return found.tree;
  }

  /** Whether trees of this shape can be kept; from then on commits are asked for what they touch by its ways. */
  function prepare(shape: Shape): boolean {
    const own = waysOf(shape);
    for (const way of own ?? []) ways.set(`${way.direction} ${way.relationship} ${way.kind}`, way);
    if (ways.size > allWays.length) allWays = [...ways.values()];
    return own !== null;
  }

  return {
    async trees(scope, ids, shape, version) {
      const commits = pastOf(scope.tenant);
      await commits.reach(version);
      const question = hash('sha256', JSON.stringify([scope, shape]), 'base64url');
      const found = new Map<string, Tree | null>();
      for (const id of ids) {
        const tree = find(question + id, commits);
        if (tree !== undefined) found.set(id, tree);
      }
      const missing = ids.filter((id) => !found.has(id));
      hits += ids.length - missing.length;
      misses += missing.length;
      if (missing.length > 0) {
        const keepable = prepare(shape);
        const count = commits.count();
        const read = await store.trees(scope, missing, shape);
        for (const [i, id] of missing.entries()) {
          const tree = read[i] ?? null;
          found.set(id, tree);
          // What does not live may vanish without a commit.
          if (!keepable || tree?.node.deletedAt !== null) continue;
          const keys = restsOn(tree, shape);
          kept.set(question + id, { tree, keys, count }, { size: bytesOf(keys) });
        }
      }
      return ids.map((id) => found.get(id) ?? null);
    },
    usage: () => ({ hits, misses, bytes: kept.calculatedSize }),
  };
}

/** About what a tree takes with its keys, of which there are three to a node: measured on trees of Neo4j, the larger ones. */
const bytesOf = (keys: ReadonlySet<number>): number => keys.size * 350;
