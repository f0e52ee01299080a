import type { ObjectKind } from '../kind.ts';
import { admissionPolicies } from './admission-policy.ts';
import { apiService } from './api-service.ts';
import { clusterNetworkPolicies } from './cluster-network-policy.ts';
import { configMap } from './config-map.ts';
import { customResourceDefinition } from './custom-resource-definition.ts';
import { endpointSlice } from './endpoint-slice.ts';
import { gateway } from './gateway.ts';
import { ingress } from './ingress.ts';
import { namespace } from './namespace.ts';
import { networkPolicy } from './network-policy.ts';
import { node } from './node.ts';
import { persistentVolume, persistentVolumeClaim } from './persistent-volume.ts';
import { pod } from './pod.ts';
import { referenceGrant } from './reference-grant.ts';
import { clusterRole, role } from './role.ts';
import { clusterRoleBinding, roleBinding } from './role-binding.ts';
import { routes } from './route.ts';
import { secret } from './secret.ts';
import { service } from './service.ts';
import { serviceAccount } from './service-account.ts';
import { webhooks } from './webhook.ts';
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
  gateway,
  ...routes,
  referenceGrant,
  networkPolicy,
  ...clusterNetworkPolicies,
  ...webhooks,
  ...admissionPolicies,
  apiService,
  customResourceDefinition,
  endpointSlice,
  secret,
  configMap,
  ...workloads,
  persistentVolume,
  persistentVolumeClaim,
  pod,
];
