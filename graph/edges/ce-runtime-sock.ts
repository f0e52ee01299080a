import { type DerivedEdge, defineEdge } from './define.ts';
import { isWithin, toNodeByMount } from './host-mounts.ts';

/** Where container runtimes listen unless told otherwise, by their documentation and that of the distributions. */
const sockets: readonly string[] = [
  '/run/containerd/containerd.sock',
  '/run/docker.sock',
  '/run/crio/crio.sock',
  '/run/cri-dockerd.sock',
  '/run/dockershim.sock',
  '/run/podman/podman.sock',
  '/run/k3s/containerd/containerd.sock',
  '/run/k0s/containerd.sock',
];

export const ceRuntimeSock = defineEdge({
  name: 'CE_RUNTIME_SOCK',
  class: 'technique',
  attack: [
    { id: 'T1610', name: 'Deploy Container' },
    { id: 'T1611', name: 'Escape to Host' },
  ],
  from: ['Container'],
  to: ['Node'],
  difficulty: 1,
  summary: "Asks the node's container runtime, through its socket, for a privileged container.",
  precondition:
    'As root (or where the image decides the user) the container mounts the socket of containerd, Docker, CRI-O, cri-dockerd, dockershim, Podman, k3s or k0s at its usual path, or a folder that it lies in: by hostPath, or a persistent volume of type hostPath or local; subPath counts. A read-only mount takes connections all the same. The pod is bound to a node and has not ended. A socket at another path, and a user who may connect by its group, are not seen.',
  remediation: 'Do not mount runtime sockets; ask the kubelet or the API server instead.',
  references: [
    'https://kubernetes.io/docs/concepts/storage/volumes/#hostpath',
    'https://kubernetes.io/docs/setup/production-environment/container-runtimes/',
  ],
  derive: {
    Container: (container, read): Iterable<DerivedEdge> =>
      toNodeByMount(container, read, ({ path }) => sockets.some((socket) => isWithin(socket, path))),
  },
});
