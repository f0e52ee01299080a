import type { ObservedRecord } from '../../graph/model/observation.ts';

/** Which cluster it is. */
export interface ClusterIdentity {
  /** The UID of its kube-system namespace; offline without it, its name. `clusterId(key)` is its id. */
  readonly key: string;
  readonly name: string;
}

export interface ClusterFacts extends ClusterIdentity {
  /** As the API server says it: v1.36.3, v1.31.4-eks-2d5f260. */
  readonly version: string | null;
  readonly server: string | null;
  readonly observed: 'live' | 'offline';
  /** Whether get suffices to exec over WebSocket; null where the version must tell. */
  readonly execByGet: boolean | null;
  /** What the API server enforces in a namespace without a label; it does not show this (PodSecurity admission's defaults). */
  readonly podSecurityDefault: 'privileged' | 'baseline' | 'restricted';
}

/** The one record of the extent kubernetes/Cluster. */
export function clusterRecord(cluster: ClusterFacts): ObservedRecord {
  const minor = /^v?1\.(\d{1,4})/.exec(cluster.version ?? '')?.[1];
  return {
    key: cluster.key,
    nodes: [
      {
        kind: 'Cluster',
        uid: cluster.key,
        namespace: null,
        name: cluster.name,
        properties: {
          version: cluster.version,
          minor: minor === undefined ? null : Number(minor),
          server: cluster.server,
          podSecurityDefault: cluster.podSecurityDefault,
          execByGet: cluster.execByGet,
          observed: cluster.observed,
        },
      },
    ],
    relationships: [],
  };
}
