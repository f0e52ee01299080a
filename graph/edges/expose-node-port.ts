import { internetRef } from '../model/ref.ts';
import { type DerivedEdge, type DerivedNode, defineEdge, fact } from './define.ts';
import { internet } from './internet.ts';
import { containerField, runningPodOf } from './pods.ts';
import { isPublicAddress } from './public-address.ts';
import type { Memo, ModelNode } from './read.ts';

function isPublicNode(node: ModelNode<'Node'>): boolean {
  // A node of a bare cluster may have its public address as its only, internal one.
  return [...(node.properties.externalAddresses ?? []), ...(node.properties.internalAddresses ?? [])].some(
    isPublicAddress,
  );
}

/** Readable names of nodes with a public address, sorted. */
const publicNodes: Memo<readonly string[]> = {
  name: 'publicNodes',
  compute: (_key, read) =>
    read
      .all('Node')
      .filter((ref) => {
        const node = read.node('Node', ref);
        return node !== undefined && isPublicNode(node);
      })
      .sort(),
};

export const exposeNodePort = defineEdge({
  name: 'EXPOSE_NODE_PORT',
  class: 'technique',
  attack: [{ id: 'T1190', name: 'Exploit Public-Facing Application' }],
  from: ['Internet'],
  to: ['Service', 'Container'],
  difficulty: 5,
  summary: 'Exploits what listens on a port of a node with a public address.',
  precondition:
    'A Service that is not marked internal has a node port and some node a public address (loadBalancerSourceRanges guard the load balancer only), or a container has a host port and its own node a public address. Firewalls before the nodes are not known here.',
  remediation:
    'Use an internal load balancer or an ingress, take the public addresses off the nodes, and close node ports in the firewall.',
  references: ['https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport'],
  derive: {
    *Service(service, read): Iterable<DerivedNode | DerivedEdge> {
      const { type, nodePorts, internal } = service.properties;
      if (type !== 'NodePort' && type !== 'LoadBalancer') return;
      if (!nodePorts || nodePorts.length === 0 || internal === true) return;
      const nodes = read.memo(publicNodes, '');
      if (nodes.length === 0) return;
      yield internet;
      const ports = fact(service.ref, 'spec.ports[].nodePort');
      const evidence = nodes.map((node) => [ports, fact(node, 'status.addresses')]);
      yield { from: internetRef, to: service.ref, evidence };
    },
    *Container(container, read): Iterable<DerivedNode | DerivedEdge> {
      if ((container.properties.hostPorts ?? []).length === 0) return;
      const pod = runningPodOf(container, read);
      for (const nodeRef of pod ? read.out(pod.ref, 'RUNS_ON') : []) {
        const node = read.node('Node', nodeRef);
        if (!pod || !node || !isPublicNode(node)) continue;
        yield internet;
        const ports = fact(pod.ref, containerField(container, 'ports[].hostPort'));
        yield { from: internetRef, to: container.ref, evidence: [[ports, fact(nodeRef, 'status.addresses')]] };
      }
    },
  },
});
