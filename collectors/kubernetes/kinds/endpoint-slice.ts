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
    const pods = new Map<string, boolean>();
    for (const endpoint of fields.list('endpoints')) {
      const target = endpoint.object('targetRef');
      const name = target.string('name');
      if (target.string('kind') !== 'Pod' || name === null) continue;
      const conditions = endpoint.object('conditions');
      // discovery/v1 EndpointConditions: an unknown `ready` is to be read as true.
      const ready = (conditions.boolean('ready') ?? true) || (conditions.boolean('serving') ?? false);
      const pod = ref('Pod', target.string('namespace') ?? namespace, name);
      pods.set(pod, ready || pods.get(pod) === true);
    }
    const from = ref('Service', namespace, service);
    return {
      nodes: [],
      relationships: Array.from(
        pods,
        ([to, ready]): RelationshipFact => ({ kind: 'SELECTS', from, to, properties: { ports, ready } }),
      ),
    };
  },
};
