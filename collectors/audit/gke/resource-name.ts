import type { ObjectReference } from '../event.ts';

/** `create` of `io.k8s.core.v1.pods.exec.create`. */
export function verbOf(methodName: string): string {
  return methodName.slice(methodName.lastIndexOf('.') + 1);
}

/** Subresources of namespaces themselves; whatever else stands behind a namespace lies in it. */
const ofNamespaces: ReadonlySet<string> = new Set(['status', 'finalize']);

/**
 * What a method name and a resource name (`core/v1/namespaces/shop/pods/web/exec`) are about, as an API server refers to it:
 * the core group has no name, and a namespace lies in itself.
 */
export function objectOf(methodName: string, resourceName: string): ObjectReference {
  const [group = '', apiVersion, ...path] = resourceName.split('/');
  if (apiVersion === undefined) return {};
  const [, inside, within] = path;
  const isNamespaced = path[0] === 'namespaces' && within !== undefined && !ofNamespaces.has(within);
  const [resource, name, ...below] = isNamespaced ? path.slice(2) : path;
  const namespace = path[0] === 'namespaces' ? inside : undefined;
  const subresource = below.length > 0 ? below.join('/') : subresourceOf(methodName, apiVersion);
  return {
    ...(resource !== undefined && { resource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(group !== 'core' && { apiGroup: group }),
    apiVersion,
    ...(subresource !== undefined && { subresource }),
  };
}

/** `exec` of `io.k8s.core.v1.pods.exec.create`: it also stands there where the resource name does not have it. */
function subresourceOf(methodName: string, version: string): string | undefined {
  const parts = methodName.split('.');
  const behind = parts.slice(parts.lastIndexOf(version) + 1, -1);
  return behind.length > 1 ? behind.slice(1).join('/') : undefined;
}

/** The path that the API server serves a resource at. What was asked of it (`?command=`) is in no log entry. */
export function uriOf(resourceName: string): string {
  return resourceName.startsWith('core/') ? `/api/${resourceName.slice('core/'.length)}` : `/apis/${resourceName}`;
}
