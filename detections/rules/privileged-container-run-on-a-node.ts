import { defineDetection } from './define.ts';

export const privilegedContainerRunOnANode = defineDetection({
  name: 'Privileged container run on a node',
  source: 'syscall',
  severity: 'LOW',
  attack: [
    { id: 'T1610', name: 'Deploy Container' },
    { id: 'T1611', name: 'Escape to Host' },
  ],
  description:
    'A privileged container, or a privileged command in one, was started at the runtime of a node, past the API server and its policies.',
  remediation: 'Find out who is on the node, and how; take the node for compromised unless it was an administrator.',
  falsePositives: 'Administrators at a node.',
  references: ['https://attack.mitre.org/techniques/T1610/'],
  condition:
    'starts and proc.name in (docker, nerdctl, podman, ctr) and proc.args contains anyof (--privileged, "--cap-add=ALL", "--cap-add ALL", "--pid=host", "--pid host", "-v /:/", "--volume /:/", "--mount type=bind,src=/,")',
  output:
    'Privileged container run on a node (command=%proc.cmdline parent=%proc.pname container=%container.id pod=%k8s.pod.uid user=%user.name)',
  fires: {
    'evt.type': 'execve',
    'proc.name': 'docker',
    'proc.exepath': '/usr/bin/docker',
    'proc.cmdline': 'docker run --privileged -it alpine sh',
    'proc.args': 'run --privileged -it alpine sh',
    'proc.pname': 'sh',
    'evt.time': '2026-01-02T03:04:05.000000006Z',
    'container.id': 'host',
    'k8s.pod.uid': '',
    'user.name': 'root',
  },
  nearMiss: {
    because: 'The container has no privileges.',
    change: {
      'proc.name': 'docker',
      'proc.exepath': '/usr/bin/docker',
      'proc.cmdline': 'docker run -it alpine sh',
      'proc.args': 'run -it alpine sh',
    },
  },
});
