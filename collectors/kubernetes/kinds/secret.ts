import { inNamespace, type ObjectKind, objectNode } from '../kind.ts';

const tokenType = 'kubernetes.io/service-account-token';

/** Of a secret only its name, its type, and whose token it is: values are neither asked for nor read. */
export const secret: ObjectKind = {
  kind: 'Secret',
  group: '',
  version: 'v1',
  resource: 'secrets',
  namespaced: true,
  asTable: true,
  map: (object) => {
    const type = object.fields.string('type') || 'Opaque';
    const account = object.annotations.get('kubernetes.io/service-account.name') ?? null;
    return {
      nodes: [
        objectNode('Secret', object, {
          createdAt: object.createdAt,
          type,
          serviceAccount: type === tokenType ? account : null,
        }),
      ],
      relationships: inNamespace('Secret', object),
    };
  },
};
