import { actingInTheNameOfAnAdministrator } from './acting-in-the-name-of-an-administrator.ts';
import { admissionControlWeakened } from './admission-control-weakened.ts';
import { admissionWebhookChanged } from './admission-webhook-changed.ts';
import { anonymousRequestAnswered } from './anonymous-request-answered.ts';
import { apiServiceRegistered } from './api-service-registered.ts';
import { bindingToClusterAdmin } from './binding-to-cluster-admin.ts';
import { bindingToEverybody } from './binding-to-everybody.ts';
import { clientCertificateApproved } from './client-certificate-approved.ts';
import { cloudIdentityGivenToAServiceAccount } from './cloud-identity-given-to-a-service-account.ts';
import { containerWithADangerousCapability } from './container-with-a-dangerous-capability.ts';
import { corednsConfigurationChanged } from './coredns-configuration-changed.ts';
import { databaseExposedToEveryAddress } from './database-exposed-to-every-address.ts';
import { databaseStartedWithoutAPassword } from './database-started-without-a-password.ts';
import type { Detection } from './define.ts';
import { ephemeralContainerAdded } from './ephemeral-container-added.ts';
import { everyObjectOfANamespaceDeleted } from './every-object-of-a-namespace-deleted.ts';
import { execIntoAPod } from './exec-into-a-pod.ts';
import { kubeflowExposed } from './kubeflow-exposed.ts';
import { kubernetesDashboardExposed } from './kubernetes-dashboard-exposed.ts';
import { kubernetesEventsDeleted } from './kubernetes-events-deleted.ts';
import { kubernetesSecretPassedToACommand } from './kubernetes-secret-passed-to-a-command.ts';
import { longLivedServiceAccountTokenMade } from './long-lived-service-account-token-made.ts';
import { managementServiceExposed } from './management-service-exposed.ts';
import { miningImageStarted } from './mining-image-started.ts';
import { networkPolicyDeleted } from './network-policy-deleted.ts';
import { newContainerInKubeSystem } from './new-container-in-kube-system.ts';
import { penetrationTestingTool } from './penetration-testing-tool.ts';
import { podInTheNamespacesOfItsNode } from './pod-in-the-namespaces-of-its-node.ts';
import { podSecurityLevelLowered } from './pod-security-level-lowered.ts';
import { portForwardedIntoAPod } from './port-forwarded-into-a-pod.ts';
import { privilegedContainerStarted } from './privileged-container-started.ts';
import { programWithoutAFile } from './program-without-a-file.ts';
import { redisExposed } from './redis-exposed.ts';
import { requestThroughTheKubeletOfANode } from './request-through-the-kubelet-of-a-node.ts';
import { rightsLookedUpByAServiceAccount } from './rights-looked-up-by-a-service-account.ts';
import { roleWithHighPrivileges } from './role-with-high-privileges.ts';
import { secretRefusedToAServiceAccount } from './secret-refused-to-a-service-account.ts';
import { secretsOfEveryNamespaceListed } from './secrets-of-every-namespace-listed.ts';
import { sensitiveHostFolderMounted } from './sensitive-host-folder-mounted.ts';
import { serviceTakesAddressesOfOthers } from './service-takes-addresses-of-others.ts';
import { shellOnASocket } from './shell-on-a-socket.ts';
import { tokenRequestedForAServiceAccount } from './token-requested-for-a-service-account.ts';
import { workloadPinnedToTheControlPlane } from './workload-pinned-to-the-control-plane.ts';

/** Every detection that comes with Portolan. */
export const detections: readonly Detection[] = [
  actingInTheNameOfAnAdministrator,
  admissionControlWeakened,
  admissionWebhookChanged,
  anonymousRequestAnswered,
  apiServiceRegistered,
  bindingToClusterAdmin,
  bindingToEverybody,
  clientCertificateApproved,
  cloudIdentityGivenToAServiceAccount,
  containerWithADangerousCapability,
  corednsConfigurationChanged,
  databaseExposedToEveryAddress,
  databaseStartedWithoutAPassword,
  ephemeralContainerAdded,
  everyObjectOfANamespaceDeleted,
  execIntoAPod,
  kubeflowExposed,
  kubernetesDashboardExposed,
  kubernetesEventsDeleted,
  kubernetesSecretPassedToACommand,
  longLivedServiceAccountTokenMade,
  managementServiceExposed,
  miningImageStarted,
  networkPolicyDeleted,
  newContainerInKubeSystem,
  penetrationTestingTool,
  podInTheNamespacesOfItsNode,
  podSecurityLevelLowered,
  portForwardedIntoAPod,
  privilegedContainerStarted,
  programWithoutAFile,
  redisExposed,
  requestThroughTheKubeletOfANode,
  rightsLookedUpByAServiceAccount,
  roleWithHighPrivileges,
  secretRefusedToAServiceAccount,
  secretsOfEveryNamespaceListed,
  sensitiveHostFolderMounted,
  serviceTakesAddressesOfOthers,
  shellOnASocket,
  tokenRequestedForAServiceAccount,
  workloadPinnedToTheControlPlane,
];
