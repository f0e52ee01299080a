import { ref } from '../model/ref.ts';
import type { Read } from './read.ts';

/** The names of all namespaces, in no order. */
export function namespacesOf(read: Read): readonly string[] {
  return read.all('Namespace').flatMap((namespace) => read.node('Namespace', namespace)?.name ?? []);
}

/**
 * Whether objects may be created in a namespace. One that is being deleted takes none, whatever rights one has: admission
 * sees to that, not authorization (plugin/pkg/admission/namespace/lifecycle of kubernetes/kubernetes). A token is an
 * object there, too. Changes, exec, attach and port-forward go on.
 */
export function takesNewObjects(namespace: string, read: Read): boolean {
  return read.node('Namespace', ref('Namespace', null, namespace))?.properties.phase !== 'Terminating';
}
