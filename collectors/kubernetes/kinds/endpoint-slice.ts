import type { RelationshipFact } from '../../../graph/model/observation.ts';
import { ref } from '../../../graph/model/ref.ts';
import { type ObjectKind, portProtocol } from '../kind.ts';

/** A slice says which pods stand behind a service; it is no node of its own. */
export const endpointSlice: ObjectKind = {
  kind: 'EndpointSlice',
  group: 'discovery.k8s.io',
  version: 'v1',
  resource: 'endpointslices',
  namespaced: true,
  map: ({ namespace, labels, fields }) => {
    const service = labels.get('kubernetes.io/service-name');
    if (service === undefined) return { nodes: [], relationships: [] };
    const ports = fields.list('ports').flatMap((item) => {
      const port = item.integer('port');
      return port === null ? [] : [portProtocol(port, item.string('protocol'))];
    });
    // Whether they are ready does not matter: that comes and goes, and is no protection.
    const pods = new Set<string>();
    for (const endpoint of fields.list('endpoints')) {
      const target = endpoint.object('targetRef');
      const name = target.string('name');
      if (target.string('kind') !== 'Pod' || name === null) continue;
      pods.add(ref('Pod', target.string('namespace') ?? namespace, name));
    }
    const from = ref('Service', namespace, service);
    return {
      nodes: [],
      relationships: Array.from(pods, (to): RelationshipFact => ({ kind: 'SELECTS', from, to, properties: { ports } })),
    };
  },
};
