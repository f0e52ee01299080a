import type { NodeFact, RelationshipFact } from '../../../graph/model/observation.ts';
import { ref } from '../../../graph/model/ref.ts';
import type { Fields } from '../fields.ts';
import { type Facts, inNamespace, type ObjectKind, objectNode } from '../kind.ts';
import type { KubernetesObject } from '../object.ts';

interface Subject {
  readonly ref: string;
  /** Users and groups are no objects of the API: they exist where somebody names them. */
  readonly node: NodeFact | null;
}

/** How the API server's authenticator names a service account (MakeUsername of apiserver/pkg/authentication/serviceaccount). */
const serviceAccountUser = /^system:serviceaccount:([^:/]+):([^:/]+)$/;

function subject(fields: Fields): Subject | null {
  const kind = fields.string('kind');
  const name = fields.string('name');
  if (name === null || name === '') {
    fields.problem('name', 'is missing');
    return null;
  }
  if (kind === 'User' || kind === 'Group') {
    const account = kind === 'User' ? serviceAccountUser.exec(name) : null;
    if (account !== null) return { ref: ref('ServiceAccount', account[1] as string, account[2] as string), node: null };
    return { ref: ref(kind, null, name), node: { kind, uid: null, namespace: null, name, properties: {} } };
  }
  if (kind === 'ServiceAccount') {
    const namespace = fields.string('namespace');
    // ValidateRoleBindingSubject of kubernetes/pkg/apis/rbac/validation requires it: the binding's namespace is no default.
    if (namespace === null || namespace === '') {
      fields.problem('namespace', 'is missing; the API server refuses a service account without one');
      return null;
    }
    return { ref: ref('ServiceAccount', namespace, name), node: null };
  }
  fields.problem('kind', 'must be User, Group or ServiceAccount');
  return null;
}

/** The readable name of the role; a ClusterRole lies in no namespace. */
function roleRef(object: KubernetesObject): string | null {
  const fields = object.fields.object('roleRef');
  const kind = fields.string('kind');
  const name = fields.string('name');
  if (name === null || name === '') fields.problem('name', 'is missing');
  else if (kind === 'ClusterRole') return ref('Role', null, name);
  else if (kind === 'Role' && object.namespace !== null) return ref('Role', object.namespace, name);
  else fields.problem('kind', object.namespace === null ? 'must be ClusterRole' : 'must be Role or ClusterRole');
  return null;
}

function map(object: KubernetesObject): Facts {
  const binding = ref('Binding', object.namespace, object.name);
  const role = roleRef(object);
  const subjects = new Map<string, Subject>();
  for (const fields of object.fields.list('subjects')) {
    const found = subject(fields);
    if (found !== null) subjects.set(found.ref, found);
  }
  const names = [...subjects.keys()];
  const grants: readonly RelationshipFact[] = role === null ? [] : [{ kind: 'GRANTS', from: binding, to: role }];
  return {
    nodes: [
      objectNode('Binding', object, { createdAt: object.createdAt, roleRef: role, subjects: names }),
      ...[...subjects.values()].flatMap(({ node }) => (node === null ? [] : [node])),
    ],
    relationships: [
      ...inNamespace('Binding', object),
      ...grants,
      ...names.map((to): RelationshipFact => ({ kind: 'TO_SUBJECT', from: binding, to })),
    ],
  };
}

const group = 'rbac.authorization.k8s.io';

export const roleBinding: ObjectKind = {
  kind: 'RoleBinding',
  group,
  version: 'v1',
  resource: 'rolebindings',
  namespaced: true,
  map,
};

export const clusterRoleBinding: ObjectKind = {
  kind: 'ClusterRoleBinding',
  group,
  version: 'v1',
  resource: 'clusterrolebindings',
  namespaced: false,
  map,
};
