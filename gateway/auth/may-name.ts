import type { Caller } from './caller.ts';

/** A credential names the clusters that it speaks for, that of a node for none; without authentication anybody on this machine speaks for any. */
export function mayName({ clusters, node }: Caller, name: string): boolean {
  if (node !== null) return false;
  return clusters === 'all' || clusters.includes(name);
}
