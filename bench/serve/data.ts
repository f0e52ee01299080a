import type { Delta, GraphEdge, GraphNode } from '../../graph/model/graph.ts';
import { clusterId, edgeId, nodeId, sharedNodeId } from '../../graph/model/id.ts';
import { type NodeKind, type NodeProperties, nodeKind } from '../../graph/model/kinds.ts';
import { ref } from '../../graph/model/ref.ts';
import type { ObservedRelationship } from '../../graph/model/relationships.ts';
import { random } from '../../test/property/random.ts';

/** The fleet that serving is measured on: as collectors would leave it, with what a scanner would add. */
export const fleet = {
  cluster: clusterId('measured'),
  nodes: 1_000,
  podsPerNode: 20,
  namespaces: 20,
  accountsPerNamespace: 10,
  images: 500,
  vulnerabilities: 3_000,
} as const;

const at = '2026-01-01T00:00:00.000Z';

function node<K extends NodeKind>(kind: K, namespace: string | null, name: string, properties: NodeProperties<K>) {
  const { cluster } = fleet;
  const own = ref(kind, namespace, name);
  const { shared } = nodeKind(kind);
  const id = kind === 'Cluster' ? cluster : shared ? sharedNodeId(kind, own) : nodeId(kind, cluster, own);
  const claims = [`kubernetes/${kind}`];
  const made: GraphNode<K> = {
    ...{ id, kind, ref: own, cluster: shared ? null : cluster, namespace, name, properties, claims },
    deletedAt: null,
  };
  return made;
}

function edge(from: GraphNode, kind: ObservedRelationship, to: GraphNode, properties = {}): GraphEdge {
  const claims = ['kubernetes/Pod'];
  return { id: edgeId(from.id, kind, to.id), kind, from: from.id, to: to.id, attack: null, properties, claims };
}

/** The node of this number. */
export function kubeNode(number: number): GraphNode<'Node'> {
  return node('Node', null, `worker-${String(number).padStart(4, '0')}`, {
    ...{ createdAt: at, labels: ['kubernetes.io/arch=amd64', `zone=${number % 3}`], kubeletVersion: 'v1.36.3' },
    ...{ internalAddresses: [`10.1.${number >> 8}.${number & 255}`], externalAddresses: [], osImage: 'Ubuntu 24.04' },
    ...{ kernelVersion: '6.8.0', containerRuntime: 'containerd://2.1.0', unschedulable: false, controlPlane: false },
  });
}

const namespaceOf = (number: number): string => `team-${number % fleet.namespaces}`;

/** The pod of this number, in a phase. */
export function pod(number: number, phase = 'Running'): GraphNode<'Pod'> {
  return node('Pod', namespaceOf(number), `web-${number}-7d9f8b6c5-x2x4z`, {
    ...{ createdAt: at, labels: ['app=web', 'tier=front', 'version=v5'], phase, owner: 'ReplicaSet/web-7d9f8b6c5' },
    ...{ podIp: `10.${16 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`, kubeletUid: `uid-${number}` },
    ...{ hostNetwork: false, hostPid: false, hostIpc: false, hostUsers: true, shareProcessNamespace: false },
    ...{ automountToken: null, live: true },
  });
}

function container(number: number, imageNumber: number): GraphNode<'Container'> {
  return node('Container', namespaceOf(number), `${pod(number).name}/main`, {
    ...{ image: `registry.example.com/team/web:1.${imageNumber}`, imageId: `web@${image(imageNumber).name}` },
    ...{ type: 'container', ended: false, privileged: false, allowPrivilegeEscalation: null, runAsUser: null },
    ...{ runAsNonRoot: null, readOnlyRootFilesystem: false, capabilitiesAdded: [], capabilitiesDropped: [] },
    ...{ volumeTypes: [], secretsInVolumes: [], secretsInEnv: [], ports: ['8080/TCP'], hostPorts: [] },
    ...{ appArmor: null, apiToken: 'mounted' },
  });
}

function image(number: number): GraphNode<'Image'> {
  const digest = `sha256:${number.toString(16).padStart(64, '0')}`;
  return node('Image', null, digest, { digest });
}

/** What is to be committed, as deltas that each fit. */
export function* deltas(): Generator<Delta> {
  const source = random(1);
  const clusterNode = node('Cluster', null, 'measured', { version: 'v1.36.3', minor: 36, observed: 'live' });
  const namespaces = Array.from({ length: fleet.namespaces }, (_, i) =>
    node('Namespace', null, namespaceOf(i), { createdAt: at, labels: [], phase: 'Active' }),
  );
  const accounts = namespaces.map(({ name }) =>
    Array.from({ length: fleet.accountsPerNamespace }, (_, i) =>
      node('ServiceAccount', name, `app-${i}`, { createdAt: at }),
    ),
  );
  const images = Array.from({ length: fleet.images }, (_, i) => image(i));
  const vulnerabilities = Array.from({ length: fleet.vulnerabilities }, (_, i) =>
    node('Vulnerability', null, `CVE-2026-${10_000 + i}`, {
      severity: source.pick(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW']),
      title: 'A flaw that somebody found',
      publishedAt: at,
      knownExploited: false,
    }),
  );
  const whole = { at, removedNodes: [], removedEdges: [] };
  yield {
    ...whole,
    nodes: [clusterNode, ...namespaces, ...accounts.flat(), ...images, ...vulnerabilities],
    edges: namespaces.map((namespace) => edge(namespace, 'IN_CLUSTER', clusterNode)),
  };
  for (const group of chunks(images, 100)) {
    const edges = group.flatMap((image) =>
      source
        .sample(vulnerabilities, 10 + source.integer(50))
        .map((found) => edge(image, 'AFFECTED_BY', found, { packages: ['pkg:deb/debian/openssl@3.0.15-1'] })),
    );
    yield { ...whole, nodes: [], edges };
  }
  const numbers = Array.from({ length: fleet.nodes }, (_, i) => i);
  for (const group of chunks(numbers, 50)) {
    const nodes: GraphNode[] = [];
    const edges: GraphEdge[] = [];
    for (const number of group) {
      const machine = kubeNode(number);
      nodes.push(machine);
      edges.push(edge(machine, 'IN_CLUSTER', clusterNode));
      for (let i = 0; i < fleet.podsPerNode; i++) {
        const podNumber = number * fleet.podsPerNode + i;
        const imageNumber = source.integer(fleet.images);
        const own = pod(podNumber);
        const main = container(podNumber, imageNumber);
        nodes.push(own, main);
        edges.push(
          edge(own, 'IN_NAMESPACE', namespaces[podNumber % fleet.namespaces] as GraphNode),
          edge(own, 'RUNS_ON', machine),
          edge(own, 'RUNS_AS', source.pick(accounts[podNumber % fleet.namespaces] as readonly GraphNode[])),
          edge(own, 'HAS_CONTAINER', main),
          edge(main, 'RUNS_IMAGE', images[imageNumber] as GraphNode),
        );
      }
    }
    yield { ...whole, nodes, edges };
  }
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
