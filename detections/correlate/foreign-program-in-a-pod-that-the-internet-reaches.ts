import type { NodeEvent } from '../engine/fields/syscall.ts';
import { programThatIsNotOfTheImage } from '../rules/program-that-is-not-of-the-image.ts';
import { defineCorrelation } from './define.ts';
import type { Named } from './graph-view.ts';

const cluster = (type: string): string => `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, uid: 5f0c1f0e-0f5e-4b0c-9d7e-2f9d0a6b1c11, labels: { app: web } }
spec: { nodeName: worker-1, containers: [{ name: main, image: example.com/web, ports: [{ containerPort: 8080 }] }] }
status: { podIP: 10.1.0.5, phase: Running }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: ${type}, selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
status: { loadBalancer: { ingress: [{ ip: 203.0.113.9 }] } }
`;

function textOf(event: NodeEvent, field: string): string | null {
  const value = event[field];
  return typeof value === 'string' && value !== '' ? value : null;
}

export const foreignProgramInAPodThatTheInternetReaches = defineCorrelation({
  name: 'Foreign program in a pod that the Internet reaches',
  source: 'syscall',
  severity: 'CRITICAL',
  attack: [
    { id: 'T1190', name: 'Exploit Public-Facing Application' },
    { id: 'T1105', name: 'Ingress Tool Transfer' },
  ],
  description:
    'A program that was not part of its image was started in a container that strangers can reach. That is what an exploit of the application looks like from within: something was brought in, and runs.',
  condition: `The rule ‘${programThatIsNotOfTheImage.name}’ fires on a pod to which the graph has a path from the Internet.`,
  remediation:
    'Isolate the pod by a network policy, keep its file system for analysis, and replace it. Look for what let the program in, and at what the alert says can be reached from there.',
  falsePositives: 'Containers that install or compile when they start: build that into the image.',
  references: ['https://attack.mitre.org/techniques/T1190/'],
  watch:
    () =>
    ({ event, rules }, view) => {
      if (!rules.includes(programThatIsNotOfTheImage.name)) return null;
      const uid = textOf(event, 'k8s.pod.uid');
      if (uid === null) return null;
      return (async () => {
        const [pod] = await view.find('Pod', { field: 'kubeletUid', in: [uid] });
        const path = pod && (await view.exposure(pod));
        if (!pod || !path) return null;
        const subject: Named = { kind: 'Pod', namespace: pod.namespace, name: pod.name };
        return {
          namespace: pod.namespace,
          output: `${textOf(event, 'proc.exepath') ?? textOf(event, 'proc.name')} runs in ${pod.ref}, is not of its image, and the Internet reaches the pod`,
          fields: {
            'proc.exepath': textOf(event, 'proc.exepath'),
            'proc.cmdline': textOf(event, 'proc.cmdline'),
            'portolan.exposed.cost': path.cost,
          },
          subjects: [subject],
        };
      })();
    },
  fires: {
    cluster: cluster('LoadBalancer'),
    events: [{ ...programThatIsNotOfTheImage.fires, 'k8s.pod.uid': '5f0c1f0e-0f5e-4b0c-9d7e-2f9d0a6b1c11' }],
  },
  nearMiss: {
    because: 'The service is reachable within the cluster only: the rule by itself says enough.',
    change: { cluster: cluster('ClusterIP').replace(/^status: \{ loadBalancer.*$/m, '') },
  },
});
