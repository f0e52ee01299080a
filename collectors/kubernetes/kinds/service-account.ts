import { inNamespace, type ObjectKind, objectNode } from '../kind.ts';

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
    ],
    relationships: inNamespace('ServiceAccount', object),
  }),
};
