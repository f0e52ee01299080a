import { defineDetection } from './define.ts';

export const imageBuiltOnANode = defineDetection({
  name: 'Image built on a node',
  source: 'syscall',
  severity: 'LOW',
  attack: [{ id: 'T1612', name: 'Build Image on Host' }],
  description:
    'An image was built on a node of the cluster: it comes past the registry and whatever checks images there.',
  remediation: 'Build images in a pipeline, outside of the cluster; find out who built this one.',
  falsePositives: 'Clusters that build images on purpose, such as for CI: suppress them by namespace.',
  references: ['https://attack.mitre.org/techniques/T1612/'],
  condition:
    'starts and ((proc.name in (docker, podman, nerdctl, buildah) and proc.args regex "(.* )?(build|bud|commit)( .*)?") or (proc.name in (kaniko, executor) and proc.exepath startswith /kaniko) or proc.name in (buildkitd, img))',
  output:
    'Image built on a node (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'docker',
    'proc.exepath': '/usr/bin/docker',
    'proc.cmdline': 'docker build -t x .',
    'proc.args': 'build -t x .',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': 'host',
    'k8s.pod.uid': '',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'Containers are listed.',
    change: {
      'proc.name': 'docker',
      'proc.exepath': '/usr/bin/docker',
      'proc.cmdline': 'docker ps',
      'proc.args': 'ps',
    },
  },
});
