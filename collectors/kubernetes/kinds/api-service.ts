import { ref } from '../../../graph/model/ref.ts';
import { type ObjectKind, objectNode } from '../kind.ts';

/** Those that the API server answers for itself are as many as there are API groups, and say nothing. */
export const apiService: ObjectKind = {
  kind: 'APIService',
  group: 'apiregistration.k8s.io',
  version: 'v1',
  resource: 'apiservices',
  namespaced: false,
  map: (object) => {
    const spec = object.fields.object('spec');
    const name = spec.object('service').string('name');
    if (name === null) return { nodes: [], relationships: [] };
    const service = ref('Service', spec.object('service').string('namespace') ?? 'default', name);
    return {
      nodes: [
        objectNode('ApiService', object, {
          createdAt: object.createdAt,
          service,
          insecureSkipTlsVerify: spec.boolean('insecureSkipTLSVerify') ?? false,
        }),
      ],
      relationships: [{ kind: 'CALLS', from: ref('ApiService', null, object.name), to: service }],
    };
  },
};
