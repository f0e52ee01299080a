import { type ObjectKind, objectNode } from '../kind.ts';

/** Only that it is there: schemas are the largest objects of many a cluster, and are neither asked for nor read. */
export const customResourceDefinition: ObjectKind = {
  kind: 'CustomResourceDefinition',
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  namespaced: false,
  asTable: true,
  map: (object) => ({
    nodes: [
      objectNode('CustomResourceDefinition', object, {
        createdAt: object.createdAt,
        // The API server wants its name to be PLURAL.GROUP.
        group: object.name.slice(object.name.indexOf('.') + 1),
      }),
    ],
    relationships: [],
  }),
};
