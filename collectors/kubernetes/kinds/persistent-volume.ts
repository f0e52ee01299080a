import type { RelationshipFact } from '../../../graph/model/observation.ts';
import { ref } from '../../../graph/model/ref.ts';
import { inNamespace, type ObjectKind, objectNode } from '../kind.ts';
import { nodePath } from './volume.ts';

export const persistentVolume: ObjectKind = {
  kind: 'PersistentVolume',
  group: '',
  version: 'v1',
  resource: 'persistentvolumes',
  namespaced: false,
  map: (object) => {
    const spec = object.fields.object('spec');
    const claim = spec.object('claimRef');
    const name = claim.string('name');
    const bound: readonly RelationshipFact[] =
      name === null
        ? []
        : [
            {
              kind: 'BOUND_TO',
              from: ref('PersistentVolumeClaim', claim.string('namespace') ?? 'default', name),
              to: ref('PersistentVolume', null, object.name),
            },
          ];
    return {
      nodes: [
        objectNode('PersistentVolume', object, {
          createdAt: object.createdAt,
          hostPath: nodePath(spec.object('hostPath').string('path')),
          localPath: nodePath(spec.object('local').string('path')),
          csiDriver: spec.object('csi').string('driver'),
          storageClass: spec.string('storageClassName') || null,
        }),
      ],
      relationships: bound,
    };
  },
};

export const persistentVolumeClaim: ObjectKind = {
  kind: 'PersistentVolumeClaim',
  group: '',
  version: 'v1',
  resource: 'persistentvolumeclaims',
  namespaced: true,
  map: (object) => {
    const spec = object.fields.object('spec');
    const volume = spec.string('volumeName') || null;
    const from = ref('PersistentVolumeClaim', object.namespace, object.name);
    const bound: readonly RelationshipFact[] =
      volume === null ? [] : [{ kind: 'BOUND_TO', from, to: ref('PersistentVolume', null, volume) }];
    return {
      nodes: [
        objectNode('PersistentVolumeClaim', object, {
          createdAt: object.createdAt,
          accessModes: spec.strings('accessModes'),
          storageClass: spec.string('storageClassName') || null,
        }),
      ],
      relationships: [...inNamespace('PersistentVolumeClaim', object), ...bound],
    };
  },
};
