import type { DerivedNode } from './define.ts';

/** The one node for everybody outside; it exists while something is exposed to it. */
export const internet: DerivedNode = {
  node: { kind: 'Internet', uid: null, namespace: null, name: 'Internet', properties: {} },
};
