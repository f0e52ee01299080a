import type { EvidenceItem } from '../model/graph.ts';
import { ref } from '../model/ref.ts';
import { because, type DerivedEdge, defineEdge, fact } from './define.ts';
import { containerField, runningPodOf } from './pods.ts';

export const mountsSecret = defineEdge({
  name: 'MOUNTS_SECRET',
  class: 'technique',
  attack: [{ id: 'T1552.007', name: 'Unsecured Credentials: Container API' }],
  from: ['Container'],
  to: ['Secret'],
  difficulty: 0,
  summary: 'Reads a secret that lies in the container, in a file or in its environment.',
  precondition:
    'The container mounts a volume of the secret, or a projected volume with it, or takes values of its environment from it (secretKeyRef or secretRef); the secret is there, in the namespace of the pod; the pod has not ended. Which of its keys are chosen, and who may read the files, are not looked at; image pull secrets and those of CSI drivers do not come into the container.',
  remediation:
    'Give the secret only to the containers that use it, or fetch it at run time with a short-lived credential.',
  references: [
    'https://kubernetes.io/docs/concepts/configuration/secret/#using-a-secret',
    'https://kubernetes.io/docs/concepts/security/secrets-good-practices/',
  ],
  derive: {
    *Container(container, read): Iterable<DerivedEdge> {
      const pod = runningPodOf(container, read);
      if (!pod) return;
      const edge = (secret: string, ...items: readonly EvidenceItem[]): DerivedEdge => ({
        from: container.ref,
        to: ref('Secret', container.namespace, secret),
        evidence: because(...items),
      });
      for (const secret of container.properties.secretsInEnv ?? []) {
        yield edge(secret, fact(pod.ref, containerField(container, 'env')));
      }
      for (const volumeRef of read.out(container.ref, 'MOUNTS')) {
        const volume = read.node('Volume', volumeRef);
        if (!volume) continue;
        const name = volume.name.slice(volume.name.indexOf('/') + 1);
        const mount = fact(pod.ref, containerField(container, `volumeMounts[name=${name}]`));
        for (const secret of volume.properties.secrets ?? []) {
          yield edge(secret, mount, fact(pod.ref, `spec.volumes[name=${name}]`));
        }
      }
    },
  },
});
