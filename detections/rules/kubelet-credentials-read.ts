import { defineDetection } from './define.ts';

export const kubeletCredentialsRead = defineDetection({
  name: 'Kubelet credentials read',
  source: 'syscall',
  severity: 'HIGH',
  attack: [
    { id: 'T1552.001', name: 'Credentials In Files' },
    { id: 'T1552.004', name: 'Private Keys' },
  ],
  description:
    'Something other than the components of the cluster read the key or kubeconfig of a kubelet, or of an administrator, on a node: with it, it is the node, or the cluster.',
  remediation: 'Take the node for compromised: drain it, replace it, and revoke its certificate by deleting the node.',
  falsePositives: 'Administrators at a node, and agents of backup.',
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/'],
  condition: `opens and evt.is_open_read = true and (fd.name pmatch (/var/lib/kubelet/pki, /etc/kubernetes/pki, /var/lib/rancher/k3s/server/tls, /var/lib/rancher/k3s/server/cred) or fd.name in (/etc/kubernetes/admin.conf, /etc/kubernetes/super-admin.conf, /etc/kubernetes/kubelet.conf, /etc/kubernetes/bootstrap-kubelet.conf, /etc/kubernetes/controller-manager.conf, /etc/kubernetes/scheduler.conf, /var/lib/kubelet/kubeconfig, /var/lib/kubelet/bootstrap-kubeconfig, /etc/rancher/k3s/k3s.yaml)
      or fd.name glob "*/host*/var/lib/kubelet/pki/*")
    and not proc.name in (kubelet, kubeadm, kube-apiserver, kube-controller, kube-controller-manager, kube-scheduler, etcd, k3s, k3s-server, k3s-agent, rke2, kube-proxy)`,
  output:
    'Kubelet credentials read (file=%fd.name command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'openat',
    'fd.name': '/var/lib/kubelet/pki/kubelet-client-current.pem',
    'fd.typechar': 'f',
    'evt.is_open_read': true,
    'evt.is_open_write': false,
    'evt.res': 'SUCCESS',
    'proc.name': 'cat',
    'proc.cmdline': 'cat /var/lib/kubelet/pki/kubelet-client-current.pem',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': 'host',
    'k8s.pod.uid': '',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'The kubelet reads what is its own.',
    change: { 'proc.name': 'kubelet', 'proc.cmdline': 'kubelet --config=/var/lib/kubelet/config.yaml' },
  },
});
