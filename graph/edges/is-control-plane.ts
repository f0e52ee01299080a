import { because, type Derived, defineEdge, fact } from './define.ts';

export const isControlPlane = defineEdge({
  name: 'IS_CONTROL_PLANE',
  class: 'technique',
  attack: [{ id: 'T1552.004', name: 'Unsecured Credentials: Private Keys' }],
  from: ['Node'],
  to: ['Cluster'],
  difficulty: 1,
  summary:
    "Uses what lies on a control-plane node: the keys of the certificate authority, the administrator's kubeconfig, etcd.",
  precondition:
    'The node carries the label node-role.kubernetes.io/control-plane or node-role.kubernetes.io/master. That the label tells the truth, and that the keys lie on the node and not in a hardware module, is taken for granted.',
  remediation: 'Keep workloads off control-plane nodes: taint them, and tolerate the taint in few, trusted pods.',
  references: [
    'https://kubernetes.io/docs/reference/labels-annotations-taints/#node-role-kubernetes-io-control-plane',
    'https://kubernetes.io/docs/setup/best-practices/certificates/',
  ],
  derive: {
    *Node(node, read): Iterable<Derived> {
      if (node.properties.controlPlane !== true) return;
      yield { from: node.ref, to: read.cluster().ref, evidence: because(fact(node.ref, 'metadata.labels')) };
    },
  },
});
