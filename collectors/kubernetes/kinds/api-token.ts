import type { Fields } from '../fields.ts';

/** What an API server takes tokens for unless told otherwise, as installers set it: kubeadm, kops, and the clouds. */
export const defaultAudiences: readonly string[] = [
  'https://kubernetes.default.svc',
  'https://kubernetes.default.svc.cluster.local',
  'kubernetes.default.svc',
];

/**
 * The names of a pod's volumes that hold a token the API server takes for the pod's own service account: projected by
 * the kubelet without an audience or with one of the API server's, or a token Secret of that account.
 * Such a Secret is known by the name that the controller gave it until Kubernetes 1.24; contents and types are not read.
 */
export function apiTokenVolumes(spec: Fields, account: string, audiences: readonly string[]): ReadonlySet<string> {
  const isTokenSecret = (name: string | null): boolean =>
    name?.startsWith(`${account}-token-`) === true && /^[a-z0-9]{5}$/.test(name.slice(`${account}-token-`.length));
  const isApiToken = (source: Fields): boolean => {
    if (source.has('serviceAccountToken')) {
      const audience = source.object('serviceAccountToken').string('audience');
      return audience === null || audience === '' || audiences.includes(audience);
    }
    return isTokenSecret(source.object('secret').string('name'));
  };
  const found = new Set<string>();
  for (const volume of spec.list('volumes')) {
    const name = volume.string('name');
    const holds =
      volume.object('projected').list('sources').some(isApiToken) ||
      isTokenSecret(volume.object('secret').string('secretName'));
    if (holds && name !== null) found.add(name);
  }
  return found;
}
