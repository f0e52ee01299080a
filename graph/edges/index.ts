import { ceCgroupReleaseAgent } from './ce-cgroup-release-agent.ts';
import { ceModuleLoad } from './ce-module-load.ts';
import { ceNsenter } from './ce-nsenter.ts';
import { ceOpenByHandle } from './ce-open-by-handle.ts';
import { cePrivMount } from './ce-priv-mount.ts';
import { ceProcRoot } from './ce-proc-root.ts';
import { ceRuntimeSock } from './ce-runtime-sock.ts';
import { ceSysPtrace } from './ce-sys-ptrace.ts';
import { ceVarLogSymlink } from './ce-var-log-symlink.ts';
import { clusterAdminWildcard } from './cluster-admin-wildcard.ts';
import { containerAttach } from './container-attach.ts';
import type { EdgeDefinition } from './define.ts';
import { ephemeralContainer } from './ephemeral-container.ts';
import { escalate } from './escalate.ts';
import { exploitHostRead } from './exploit-host-read.ts';
import { exploitHostTraverse } from './exploit-host-traverse.ts';
import { exploitHostWrite } from './exploit-host-write.ts';
import { exposeGateway } from './expose-gateway.ts';
import { exposeIngress } from './expose-ingress.ts';
import { exposeLoadBalancer } from './expose-load-balancer.ts';
import { exposeNodePort } from './expose-node-port.ts';
import { gatewayRoute } from './gateway-route.ts';
import { identityAssume } from './identity-assume.ts';
import { impersonate } from './impersonate.ts';
import { ingressBackend } from './ingress-backend.ts';
import { isControlPlane } from './is-control-plane.ts';
import { memberOf } from './member-of.ts';
import { mountsSecret } from './mounts-secret.ts';
import { namespaceAdmin } from './namespace-admin.ts';
import { nodesProxy } from './nodes-proxy.ts';
import { permissionDiscover } from './permission-discover.ts';
import { podAttach } from './pod-attach.ts';
import { podAttachApi } from './pod-attach-api.ts';
import { podCreate } from './pod-create.ts';
import { podCreateWithSa } from './pod-create-with-sa.ts';
import { podCreateWithSecret } from './pod-create-with-secret.ts';
import { podExec } from './pod-exec.ts';
import { podPatch } from './pod-patch.ts';
import { podPortforward } from './pod-portforward.ts';
import { roleBind } from './role-bind.ts';
import { roleBindNamespace } from './role-bind-namespace.ts';
import { routeBackend } from './route-backend.ts';
import { secretIsTokenFor } from './secret-is-token-for.ts';
import { secretRead } from './secret-read.ts';
import { serviceEndpoint } from './service-endpoint.ts';
import { sharePsNamespace } from './share-ps-namespace.ts';
import { targetMember } from './target-member.ts';
import { tokenBruteforce } from './token-bruteforce.ts';
import { tokenList } from './token-list.ts';
import { tokenRequest } from './token-request.ts';
import { workloadUpdateWithSa } from './workload-update-with-sa.ts';

export { attackVersion } from './define.ts';

/** Every attack edge. One that reads what another derives stands after it, which saves work but changes no outcome. */
export const edges: readonly EdgeDefinition[] = [
  // Who is who
  identityAssume,
  memberOf,
  permissionDiscover,
  // What rights allow
  clusterAdminWildcard,
  roleBind,
  roleBindNamespace,
  escalate,
  namespaceAdmin,
  impersonate,
  podCreate,
  podCreateWithSa,
  podCreateWithSecret,
  workloadUpdateWithSa,
  podExec,
  podAttachApi,
  podPortforward,
  podPatch,
  ephemeralContainer,
  nodesProxy,
  tokenRequest,
  secretRead,
  secretIsTokenFor,
  tokenList,
  tokenBruteforce,
  targetMember,
  // From the Internet in
  exposeLoadBalancer,
  exposeNodePort,
  exposeIngress,
  ingressBackend,
  exposeGateway,
  gatewayRoute,
  routeBackend,
  serviceEndpoint,
  // Inside the pod, on the node
  containerAttach,
  sharePsNamespace,
  mountsSecret,
  ceNsenter,
  cePrivMount,
  ceModuleLoad,
  ceSysPtrace,
  ceProcRoot,
  ceCgroupReleaseAgent,
  ceOpenByHandle,
  ceRuntimeSock,
  exploitHostWrite,
  exploitHostRead,
  exploitHostTraverse,
  ceVarLogSymlink,
  podAttach,
  isControlPlane,
];
