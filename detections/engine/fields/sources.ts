import { k8sAudit } from './k8s-audit.ts';
import { syscall } from './syscall.ts';

/** Where events come from. */
export const sources = { syscall, k8s_audit: k8sAudit } as const;

export type SourceName = keyof typeof sources;

export function isSourceName(name: string): name is SourceName {
  return Object.hasOwn(sources, name);
}
