import { actingInTheNameOfAnAdministrator } from './acting-in-the-name-of-an-administrator.ts';
import { admissionControlWeakened } from './admission-control-weakened.ts';
import { admissionWebhookChanged } from './admission-webhook-changed.ts';
import { anonymousRequestAnswered } from './anonymous-request-answered.ts';
import { anotherProcessTakenHoldOf } from './another-process-taken-hold-of.ts';
import { apiServerAskedByACommandLineTool } from './api-server-asked-by-a-command-line-tool.ts';
import { apiServiceRegistered } from './api-service-registered.ts';
import { attackSimulationAgent } from './attack-simulation-agent.ts';
import { attackToolStarted } from './attack-tool-started.ts';
import { authorizedKeysChanged } from './authorized-keys-changed.ts';
import { automaticUpdatesSwitchedOff } from './automatic-updates-switched-off.ts';
import { bindingToClusterAdmin } from './binding-to-cluster-admin.ts';
import { bindingToEverybody } from './binding-to-everybody.ts';
import { clientCertificateApproved } from './client-certificate-approved.ts';
import { cloudIdentityGivenToAServiceAccount } from './cloud-identity-given-to-a-service-account.ts';
import { cloudMetadataAskedFromAContainer } from './cloud-metadata-asked-from-a-container.ts';
import { commandHiddenFromItsTerminal } from './command-hidden-from-its-terminal.ts';
import { commonExploitOnTheCommandLine } from './common-exploit-on-the-command-line.ts';
import { connectionToAMiningPool } from './connection-to-a-mining-pool.ts';
import { containerWithADangerousCapability } from './container-with-a-dangerous-capability.ts';
import { corednsConfigurationChanged } from './coredns-configuration-changed.ts';
import { credentialAccessToolStarted } from './credential-access-tool-started.ts';
import { databaseExposedToEveryAddress } from './database-exposed-to-every-address.ts';
import { databaseStartedWithoutAPassword } from './database-started-without-a-password.ts';
import type { Detection } from './define.ts';
import { denialOfServiceToolStarted } from './denial-of-service-tool-started.ts';
import { deviceOrHostDiskMountedInAContainer } from './device-or-host-disk-mounted-in-a-container.ts';
import { downloadPipedIntoAShell } from './download-piped-into-a-shell.ts';
import { encodedCommandRun } from './encoded-command-run.ts';
import { ephemeralContainerAdded } from './ephemeral-container-added.ts';
import { escapeByAHelperOfTheKernel } from './escape-by-a-helper-of-the-kernel.ts';
import { everyObjectOfANamespaceDeleted } from './every-object-of-a-namespace-deleted.ts';
import { execIntoAPod } from './exec-into-a-pod.ts';
import { hiddenProgramRun } from './hidden-program-run.ts';
import { hostFirewallOpened } from './host-firewall-opened.ts';
import { imageBuiltOnANode } from './image-built-on-a-node.ts';
import { kernelModuleLoadedFromAContainer } from './kernel-module-loaded-from-a-container.ts';
import { knownMinerStarted } from './known-miner-started.ts';
import { kubeflowExposed } from './kubeflow-exposed.ts';
import { kubeletCredentialsRead } from './kubelet-credentials-read.ts';
import { kubernetesDashboardAskedFromAContainer } from './kubernetes-dashboard-asked-from-a-container.ts';
import { kubernetesDashboardExposed } from './kubernetes-dashboard-exposed.ts';
import { kubernetesEventsDeleted } from './kubernetes-events-deleted.ts';
import { kubernetesSecretPassedToACommand } from './kubernetes-secret-passed-to-a-command.ts';
import { libraryPreloadedIntoEveryProgram } from './library-preloaded-into-every-program.ts';
import { longLivedServiceAccountTokenMade } from './long-lived-service-account-token-made.ts';
import { managementServiceExposed } from './management-service-exposed.ts';
import { minerDownloaded } from './miner-downloaded.ts';
import { miningImageStarted } from './mining-image-started.ts';
import { namespacesMadeInAContainer } from './namespaces-made-in-a-container.ts';
import { netcatRunsAShell } from './netcat-runs-a-shell.ts';
import { networkPolicyDeleted } from './network-policy-deleted.ts';
import { networkScan } from './network-scan.ts';
import { newContainerInKubeSystem } from './new-container-in-kube-system.ts';
import { nodeTunedForMining } from './node-tuned-for-mining.ts';
import { packageManagerRunInAContainer } from './package-manager-run-in-a-container.ts';
import { passwordFileRead } from './password-file-read.ts';
import { passwordSetByACommand } from './password-set-by-a-command.ts';
import { penetrationTestingTool } from './penetration-testing-tool.ts';
import { podInTheNamespacesOfItsNode } from './pod-in-the-namespaces-of-its-node.ts';
import { podSecurityLevelLowered } from './pod-security-level-lowered.ts';
import { portForwardedIntoAPod } from './port-forwarded-into-a-pod.ts';
import { portolanTestEvent } from './portolan-test-event.ts';
import { privateKeyRead } from './private-key-read.ts';
import { privilegedContainerRunOnANode } from './privileged-container-run-on-a-node.ts';
import { privilegedContainerStarted } from './privileged-container-started.ts';
import { programLoadedIntoTheKernelFromAContainer } from './program-loaded-into-the-kernel-from-a-container.ts';
import { programRunFromATemporaryFolder } from './program-run-from-a-temporary-folder.ts';
import { programThatIsNotOfTheImage } from './program-that-is-not-of-the-image.ts';
import { programWithoutAFile } from './program-without-a-file.ts';
import { redisExposed } from './redis-exposed.ts';
import { requestThroughTheKubeletOfANode } from './request-through-the-kubelet-of-a-node.ts';
import { rightsLookedUpByAServiceAccount } from './rights-looked-up-by-a-service-account.ts';
import { roleWithHighPrivileges } from './role-with-high-privileges.ts';
import { runtimeSocketOpenedInAContainer } from './runtime-socket-opened-in-a-container.ts';
import { scheduledTaskWritten } from './scheduled-task-written.ts';
import { secretRefusedToAServiceAccount } from './secret-refused-to-a-service-account.ts';
import { secretsOfEveryNamespaceListed } from './secrets-of-every-namespace-listed.ts';
import { secretsSearchedFor } from './secrets-searched-for.ts';
import { securityAgentStopped } from './security-agent-stopped.ts';
import { sensitiveHostFolderMounted } from './sensitive-host-folder-mounted.ts';
import { serviceAccountTokenRead } from './service-account-token-read.ts';
import { serviceTakesAddressesOfOthers } from './service-takes-addresses-of-others.ts';
import { setuidProgramMade } from './setuid-program-made.ts';
import { shellHistoryCleared } from './shell-history-cleared.ts';
import { shellOnASocket } from './shell-on-a-socket.ts';
import { socksProxyUsed } from './socks-proxy-used.ts';
import { sshServerInAContainer } from './ssh-server-in-a-container.ts';
import { startupOfANodeChanged } from './startup-of-a-node-changed.ts';
import { systemLogRemoved } from './system-log-removed.ts';
import { terminalInAContainer } from './terminal-in-a-container.ts';
import { timestampOfAFileForged } from './timestamp-of-a-file-forged.ts';
import { tokenRequestedForAServiceAccount } from './token-requested-for-a-service-account.ts';
import { tunnelToTheOutside } from './tunnel-to-the-outside.ts';
import { userAdded } from './user-added.ts';
import { webServerStartedAShell } from './web-server-started-a-shell.ts';
import { workloadPinnedToTheControlPlane } from './workload-pinned-to-the-control-plane.ts';

/** Every detection that comes with Portolan. */
export const detections: readonly Detection[] = [
  actingInTheNameOfAnAdministrator,
  admissionControlWeakened,
  admissionWebhookChanged,
  anonymousRequestAnswered,
  anotherProcessTakenHoldOf,
  apiServerAskedByACommandLineTool,
  apiServiceRegistered,
  attackSimulationAgent,
  attackToolStarted,
  authorizedKeysChanged,
  automaticUpdatesSwitchedOff,
  bindingToClusterAdmin,
  bindingToEverybody,
  clientCertificateApproved,
  cloudIdentityGivenToAServiceAccount,
  cloudMetadataAskedFromAContainer,
  commandHiddenFromItsTerminal,
  commonExploitOnTheCommandLine,
  connectionToAMiningPool,
  containerWithADangerousCapability,
  corednsConfigurationChanged,
  credentialAccessToolStarted,
  databaseExposedToEveryAddress,
  databaseStartedWithoutAPassword,
  denialOfServiceToolStarted,
  deviceOrHostDiskMountedInAContainer,
  downloadPipedIntoAShell,
  encodedCommandRun,
  ephemeralContainerAdded,
  escapeByAHelperOfTheKernel,
  everyObjectOfANamespaceDeleted,
  execIntoAPod,
  hiddenProgramRun,
  hostFirewallOpened,
  imageBuiltOnANode,
  kernelModuleLoadedFromAContainer,
  knownMinerStarted,
  kubeflowExposed,
  kubeletCredentialsRead,
  kubernetesDashboardAskedFromAContainer,
  kubernetesDashboardExposed,
  kubernetesEventsDeleted,
  kubernetesSecretPassedToACommand,
  libraryPreloadedIntoEveryProgram,
  longLivedServiceAccountTokenMade,
  managementServiceExposed,
  minerDownloaded,
  miningImageStarted,
  namespacesMadeInAContainer,
  netcatRunsAShell,
  networkPolicyDeleted,
  networkScan,
  newContainerInKubeSystem,
  nodeTunedForMining,
  packageManagerRunInAContainer,
  passwordFileRead,
  passwordSetByACommand,
  penetrationTestingTool,
  podInTheNamespacesOfItsNode,
  podSecurityLevelLowered,
  portForwardedIntoAPod,
  portolanTestEvent,
  privateKeyRead,
  privilegedContainerRunOnANode,
  privilegedContainerStarted,
  programLoadedIntoTheKernelFromAContainer,
  programRunFromATemporaryFolder,
  programThatIsNotOfTheImage,
  programWithoutAFile,
  redisExposed,
  requestThroughTheKubeletOfANode,
  rightsLookedUpByAServiceAccount,
  roleWithHighPrivileges,
  runtimeSocketOpenedInAContainer,
  scheduledTaskWritten,
  secretRefusedToAServiceAccount,
  secretsOfEveryNamespaceListed,
  secretsSearchedFor,
  securityAgentStopped,
  sensitiveHostFolderMounted,
  serviceAccountTokenRead,
  serviceTakesAddressesOfOthers,
  setuidProgramMade,
  shellHistoryCleared,
  shellOnASocket,
  socksProxyUsed,
  sshServerInAContainer,
  startupOfANodeChanged,
  systemLogRemoved,
  terminalInAContainer,
  timestampOfAFileForged,
  tokenRequestedForAServiceAccount,
  tunnelToTheOutside,
  userAdded,
  webServerStartedAShell,
  workloadPinnedToTheControlPlane,
];
