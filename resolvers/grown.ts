import type { Branch, Found, Shape, Tree } from '../graph/store/port.ts';

/** What has been read of trees in one request, by branch and node. */
export interface Grown {
  plant(tree: Tree, shape: Shape): void;
  get(id: string, branch: Branch): Found | undefined;
}

export function grown(): Grown {
  const hanging = new Map<Branch, Map<string, Found>>();

  /** What hangs by a branch: mostly the very one that was foreseen, else one that asks the same. */
  function found(branch: Branch): ReadonlyMap<string, Found> | undefined {
    const own = hanging.get(branch);
    if (own !== undefined) return own;
    const key = JSON.stringify(branch);
    for (const [other, found] of hanging) {
      if (JSON.stringify(other) !== key) continue;
      hanging.set(branch, found);
      return found;
    }
    return undefined;
  }

  function plant({ node, branches }: Tree, shape: Shape): void {
    for (const [i, branch] of shape.branches.entries()) {
      const value = branches[i] as Found;
      let byNode = hanging.get(branch);
      if (byNode === undefined) {
        byNode = new Map();
        hanging.set(branch, byNode);
      }
      byNode.set(node.id, value);
      if (value === null || typeof value === 'number' || 'count' in branch) continue;
      if ('items' in value) for (const { item } of value.items) plant(item, branch.shape);
      else plant(value, branch.shape);
    }
  }

  return { plant, get: (id, branch) => found(branch)?.get(id) };
}
