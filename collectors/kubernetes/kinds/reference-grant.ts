import type { Fields } from '../fields.ts';
import { inNamespace, type ObjectKind, objectNode } from '../kind.ts';
import { gatewayGroup } from './gateway.ts';

/** A kind with its group, as kubectl writes it. */
function kindName(reference: Fields): string {
  const group = reference.string('group') ?? '';
  const kind = reference.string('kind') ?? '';
  return group === '' ? kind : `${kind}.${group}`;
}

export const referenceGrant: ObjectKind = {
  kind: 'ReferenceGrant',
  group: gatewayGroup,
  version: 'v1',
  resource: 'referencegrants',
  namespaced: true,
  map: (object) => {
    const spec = object.fields.object('spec');
    return {
      nodes: [
        objectNode('ReferenceGrant', object, {
          createdAt: object.createdAt,
          from: spec.list('from').map((item) => `${kindName(item)}/${item.string('namespace') ?? ''}`),
          to: spec.list('to').map((item) => `${kindName(item)}/${item.string('name') || '*'}`),
        }),
      ],
      relationships: inNamespace('ReferenceGrant', object),
    };
  },
};
