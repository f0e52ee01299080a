import { defineDetection } from './define.ts';

export const sensitiveHostFolderMounted = defineDetection({
  name: 'Sensitive host folder mounted',
  source: 'k8s_audit',
  severity: 'LOW',
  attack: [
    { id: 'T1611', name: 'Escape to Host' },
    { id: 'T1610', name: 'Deploy Container' },
  ],
  description:
    "A workload mounts a folder of its node from which the node can be taken, or its credentials read: the root, /etc, the kubelet's folders, a runtime's socket.",
  remediation:
    'Mount what is needed, read-only, or a volume of another kind; keep hostPath out of the namespace by Pod Security.',
  falsePositives: 'Agents of storage, network, logging and security: suppress them by image and namespace.',
  references: ['https://kubernetes.io/docs/concepts/storage/volumes/#hostpath'],
  condition: `answered and starts_workload and succeeded and ka.req.pod.volumes.hostpath intersects (/, /etc, /etc/, /etc/kubernetes, /etc/kubernetes/manifests, /root, /root/.ssh, /home, /proc, /sys/fs/cgroup, /dev,
      /var, /var/lib, /var/lib/kubelet, /var/lib/kubelet/pods, /var/lib/kubelet/pki, /var/lib/etcd, /var/lib/docker, /var/lib/containerd,
      /var/run, /run, /var/run/docker.sock, /run/docker.sock, /run/containerd, /run/containerd/containerd.sock, /var/run/containerd/containerd.sock, /run/crio/crio.sock, /var/run/crio/crio.sock,
      /usr, /usr/bin, /opt/cni/bin, /etc/cni/net.d, /etc/cron.d, /etc/systemd/system)`,
  output:
    'Sensitive host folder mounted (pod=%ka.target.name namespace=%ka.target.namespace user=%ka.user.name paths=%ka.req.pod.volumes.hostpath images=%ka.req.pod.containers.image)',
  fires: {
    auditID: '0c6e2d62-7f0e-4f6e-9d5e-0b1f5d0f1a1c',
    stage: 'ResponseComplete',
    level: 'RequestResponse',
    verb: 'create',
    requestURI: '/api/v1/namespaces/shop/pods',
    user: { username: 'alice', groups: ['system:authenticated'] },
    sourceIPs: ['192.0.2.10'],
    objectRef: { resource: 'pods', namespace: 'shop', name: 'job-1', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestObject: {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'job-1', namespace: 'shop' },
      spec: {
        containers: [{ name: 'main', image: 'registry.example.com/app:1.2' }],
        volumes: [{ name: 'host', hostPath: { path: '/' } }],
      },
    },
  },
  nearMiss: {
    because: 'The folder holds data of the application only.',
    change: {
      requestObject: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { name: 'job-1', namespace: 'shop' },
        spec: {
          containers: [{ name: 'main', image: 'registry.example.com/app:1.2' }],
          volumes: [{ name: 'host', hostPath: { path: '/mnt/data/shop' } }],
        },
      },
    },
  },
});
