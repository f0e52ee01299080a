import { inNamespace, type ObjectKind, objectNode } from '../kind.ts';

/** Of a config map only that it is there: what it holds is neither asked for nor read. */
export const configMap: ObjectKind = {
  kind: 'ConfigMap',
  group: '',
  version: 'v1',
  resource: 'configmaps',
  namespaced: true,
  asTable: true,
  map: (object) => ({
    nodes: [objectNode('ConfigMap', object, { createdAt: object.createdAt })],
    relationships: inNamespace('ConfigMap', object),
  }),
};
