import type { LabelSelector } from './label-selector.ts';

/** Where a Gateway listens, and which routes may attach there: gateway.networking.k8s.io/v1 Listener. */
export interface GatewayListener {
  /** What a route's parentRef calls sectionName. */
  readonly name: string;
  readonly port: number | null;
  /** HTTP, HTTPS, TLS, TCP, UDP, or one of an implementation. */
  readonly protocol: string;
  /** Null for every host. */
  readonly hostname: string | null;
  /** Same, All, Selector or None: in which namespaces routes may lie. */
  readonly routesFrom: string;
  /** For Selector. */
  readonly namespaceSelector: LabelSelector | null;
  /** Kinds of routes; empty where the protocol decides. */
  readonly routeKinds: readonly string[];
}
