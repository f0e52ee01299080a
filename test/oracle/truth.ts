import type { Ask } from '../../graph/edges/ask.ts';
import type { GraphNode } from '../../graph/model/graph.ts';
import type { Kubernetes } from '../testbed/kubernetes.ts';

/** Who asks, as the API server would see it after authentication. */
export interface Caller {
  readonly user: string;
  readonly groups: readonly string[];
}

/** A User, Group or ServiceAccount node as a caller: with the groups that the API server adds by itself. */
export function callerOf({ kind, name, namespace }: GraphNode): Caller {
  const authenticated = 'system:authenticated';
  switch (kind) {
    case 'ServiceAccount':
      return {
        user: `system:serviceaccount:${namespace}:${name}`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, authenticated],
      };
    case 'User':
      return { user: name, groups: [authenticated] };
    case 'Group':
      return { user: 'somebody-in-the-group', groups: name === authenticated ? [name] : [name, authenticated] };
    default:
      throw new Error(`${kind} is no identity`);
  }
}

interface RealBinding {
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** Whether a binding applies to the caller, as the RBAC authorizer matches subjects (appliesToUser of its rules). */
function appliesTo({ subjects = [] }: RealBinding, { user, groups }: Caller): boolean {
  return subjects.some(({ kind, name, namespace }) => {
    if (kind === 'Group') return groups.includes(name);
    return user === (kind === 'User' ? name : `system:serviceaccount:${namespace}:${name}`);
  });
}

interface ReviewAnswer {
  readonly status: { readonly allowed: boolean };
}

/** Asks a real API server, each question once. */
export function oracle(kubernetes: Kubernetes) {
  const answers = new Map<string, Promise<boolean>>();

  const bindings = new Map<string, Promise<RealBinding>>();

  function binding(namespace: string | null, name: string): Promise<RealBinding> {
    const api = '/apis/rbac.authorization.k8s.io/v1';
    const path =
      namespace === null ? `${api}/clusterrolebindings/${name}` : `${api}/namespaces/${namespace}/rolebindings/${name}`;
    let known = bindings.get(path);
    if (!known) {
      known = kubernetes.request<RealBinding>('GET', path).then(({ status, body }) => {
        if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
        return body;
      });
      bindings.set(path, known);
    }
    return known;
  }

  async function put(caller: Caller, ask: Ask): Promise<boolean> {
    if (ask.type === 'review') {
      const { verb, group, resource, subresource, namespace, name } = ask;
      const spec = {
        user: caller.user,
        groups: caller.groups,
        resourceAttributes: { verb, group, resource, subresource, namespace, name },
      };
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
      const { status, body } = await kubernetes.request<ReviewAnswer>('POST', path, {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec,
      });
      if (status !== 201) throw new Error(`review of ${JSON.stringify(spec)}: ${status} ${JSON.stringify(body)}`);
      return body.status.allowed;
    }
    if (ask.type === 'bound') return appliesTo(await binding(ask.namespace, ask.name), caller);
    if (ask.type === 'webSocket') {
      const options = { as: caller.user, asGroups: caller.groups, webSocket: true };
      const { status, body } = await kubernetes.request('GET', ask.path, undefined, options);
      if (status === 401) throw new Error(`${ask.path}: ${status} ${JSON.stringify(body)}`);
      // What is refused otherwise is refused for want of a container, after the right to it was found.
      return status !== 403;
    }
    const impersonated = ask.as === 'identity' ? { as: caller.user, asGroups: caller.groups } : {};
    const { method = 'POST' } = ask;
    const contentType = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json';
    const { status, body } = await kubernetes.request(method, ask.path, ask.body, { ...impersonated, contentType });
    const done = method === 'PATCH' ? 200 : 201;
    if (status === done || status === 403) return status === done;
    throw new Error(`dry run of ${ask.path}: ${status} ${JSON.stringify(body)}`);
  }

  function answer(caller: Caller, ask: Ask): Promise<boolean> {
    const who = ask.type === 'dryRun' && ask.as === 'controller' ? '' : JSON.stringify(caller);
    const key = `${who} ${JSON.stringify(ask)}`;
    let known = answers.get(key);
    if (!known) {
      known = put(caller, ask);
      answers.set(key, known);
    }
    return known;
  }

  return {
    get questions(): number {
      return answers.size;
    },
    /** Whether one of the alternatives holds in all its parts. */
    async holds(caller: Caller, alternatives: readonly (readonly Ask[])[]): Promise<boolean> {
      for (const alternative of alternatives) {
        let all = true;
        for (const ask of alternative) {
          all = await answer(caller, ask);
          if (!all) break;
        }
        if (all) return true;
      }
      return false;
    },
  };
}
