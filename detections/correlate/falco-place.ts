import type { FalcoAlert } from '../import/falco.ts';
import { identityOf } from './actor.ts';
import type { Named } from './graph-view.ts';
import { objectOf } from './target.ts';

/** What an alert is about, as the graph names it, and the namespace whose callers see it. */
export interface FalcoPlace {
  readonly namespace: string | null;
  readonly subjects: readonly Named[];
}

/**
 * Of an alert of Falco, by its fields: pod, container and node; of an audit event its object and who acted. They are looked up
 * when the alert is recorded, and what the graph does not know is left out.
 */
export function placeOfFalco({ source, hostname, fields }: FalcoAlert): FalcoPlace {
  const said = (...names: readonly string[]): string | null => {
    for (const name of names) {
      const value = fields[name];
      if (typeof value === 'string' && value !== '') return value;
    }
    return null;
  };
  if (source === 'k8s_audit') {
    const namespace = said('ka.target.namespace');
    const [resource, name, user] = [said('ka.target.resource'), said('ka.target.name'), said('ka.user.name')];
    const object = resource === null || name === null ? null : objectOf(resource, namespace, name);
    return { namespace, subjects: [object, user === null ? null : identityOf(user)].filter((each) => each !== null) };
  }
  const [namespace, pod] = [said('k8s.ns.name', 'k8smeta.ns.name'), said('k8s.pod.name', 'k8smeta.pod.name')];
  const node = said('k8s.node.name', 'k8smeta.node.name', 'evt.hostname') ?? hostname;
  const container = said('container.name');
  const subjects: Named[] = [];
  if (pod !== null) subjects.push({ kind: 'Pod', namespace, name: pod });
  if (pod !== null && container !== null) subjects.push({ kind: 'Container', namespace, name: `${pod}/${container}` });
  if (node !== null) subjects.push({ kind: 'Node', namespace: null, name: node });
  return { namespace, subjects };
}
