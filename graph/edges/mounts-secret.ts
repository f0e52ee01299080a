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
      const { secretsInEnv, secretsInVolumes } = container.properties;
      const places = [
        ['env', secretsInEnv ?? []],
        ['volumeMounts', secretsInVolumes ?? []],
      ] as const;
      if (places.every(([, secrets]) => secrets.length === 0)) return;
      const pod = runningPodOf(container, read);
      if (!pod) return;
      for (const [field, secrets] of places) {
        const evidence = because(fact(pod.ref, containerField(container, field)));
        for (const secret of secrets) {
          yield { from: container.ref, to: ref('Secret', container.namespace, secret), evidence };
        }
      }
    },
  },
});
