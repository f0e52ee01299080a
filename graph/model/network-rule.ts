import type { LabelSelector } from './label-selector.ts';

/** One rule of a network policy: what happens to traffic between the pods it selects and any of the peers, at any of the ports. */
export interface NetworkRule {
  /** Ingress is traffic to the selected pods, Egress traffic from them. */
  readonly direction: 'Ingress' | 'Egress';
  /** A NetworkPolicy only allows; Pass leaves it to the next tier. */
  readonly action: 'Allow' | 'Deny' | 'Pass';
  /** Empty for everybody. */
  readonly peers: readonly NetworkPeer[];
  /** Each as port/protocol, first-last/protocol or name/protocol, with * for any port or protocol; empty for every port. */
  readonly ports: readonly string[];
}

/** The other end of traffic; one of which nothing is said is nobody. */
export interface NetworkPeer {
  /** Pods by their labels: in the namespaces selected, else in the policy's own. */
  readonly podSelector: LabelSelector | null;
  /** All pods of these namespaces, unless a pod selector narrows it. */
  readonly namespaceSelector: LabelSelector | null;
  /** Nodes by their labels. */
  readonly nodeSelector: LabelSelector | null;
  /** Ranges of addresses, in CIDR notation. */
  readonly networks: readonly string[];
  /** Ranges within the networks that are left out. */
  readonly except: readonly string[];
  readonly domainNames: readonly string[];
}
