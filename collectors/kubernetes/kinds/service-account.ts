import type { NodeFact } from '../../../graph/model/observation.ts';
import { inNamespace, type ObjectKind, objectNode } from '../kind.ts';

function namespaceOf(name: string): NodeFact<'Namespace'> {
  return { kind: 'Namespace', uid: null, namespace: null, name, properties: {} };
}

export const serviceAccount: ObjectKind = {
  kind: 'ServiceAccount',
  group: '',
  version: 'v1',
  resource: 'serviceaccounts',
  namespaced: true,
  map: (object) => ({
    nodes: [
      objectNode('ServiceAccount', object, {
        createdAt: object.createdAt,
        automountToken: object.fields.boolean('automountServiceAccountToken'),
      }),
      // Every namespace has this one, so that namespaces are known where they themselves may not be listed.
      ...(object.name === 'default' && object.namespace !== null ? [namespaceOf(object.namespace)] : []),
    ],
    relationships: inNamespace('ServiceAccount', object),
  }),
};
