import type { PolicyRule } from '../../../graph/model/rules.ts';
import { type Facts, inNamespace, type ObjectKind, objectNode } from '../kind.ts';
import type { KubernetesObject } from '../object.ts';

/** Rules keep their places, so that evidence can say `rules[2]`: one on nonResourceURLs alone stays, with no resources. */
function rules(object: KubernetesObject): readonly PolicyRule[] {
  return object.fields.list('rules').map((rule) => ({
    verbs: rule.strings('verbs'),
    apiGroups: rule.strings('apiGroups'),
    resources: rule.strings('resources'),
    resourceNames: rule.strings('resourceNames'),
  }));
}

function map(object: KubernetesObject): Facts {
  return {
    nodes: [
      objectNode('Role', object, {
        createdAt: object.createdAt,
        rules: rules(object),
        aggregated: object.fields.has('aggregationRule'),
      }),
    ],
    relationships: inNamespace('Role', object),
  };
}

const group = 'rbac.authorization.k8s.io';

export const role: ObjectKind = { kind: 'Role', group, version: 'v1', resource: 'roles', namespaced: true, map };

export const clusterRole: ObjectKind = {
  kind: 'ClusterRole',
  group,
  version: 'v1',
  resource: 'clusterroles',
  namespaced: false,
  map,
};
