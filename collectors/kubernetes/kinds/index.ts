import type { ObjectKind } from '../kind.ts';
import { configMap } from './config-map.ts';
import { endpointSlice } from './endpoint-slice.ts';
import { ingress } from './ingress.ts';
import { namespace } from './namespace.ts';
import { node } from './node.ts';
import { persistentVolume, persistentVolumeClaim } from './persistent-volume.ts';
import { pod } from './pod.ts';
import { clusterRole, role } from './role.ts';
import { clusterRoleBinding, roleBinding } from './role-binding.ts';
import { secret } from './secret.ts';
import { service } from './service.ts';
import { serviceAccount } from './service-account.ts';
import { workloads } from './workload.ts';

/** Every kind that is charted, in the order in which a cluster is read: what is few and joins others first, pods last. */
export const objectKinds: readonly ObjectKind[] = [
  namespace,
  node,
  serviceAccount,
  clusterRole,
  role,
  clusterRoleBinding,
  roleBinding,
  service,
  ingress,
  endpointSlice,
  secret,
  configMap,
  ...workloads,
  persistentVolume,
  persistentVolumeClaim,
  pod,
];
