import { inNamespace, keyValues, type ObjectKind, objectNode, portProtocol } from '../kind.ts';
import { isInternalService } from './internal.ts';
import { loadBalancerAddresses } from './load-balancer-status.ts';

/** The annotation is what older clouds read; the field goes before it (GetLoadBalancerSourceRanges of cloud-provider). */
const sourceRangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';

export const service: ObjectKind = {
  kind: 'Service',
  group: '',
  version: 'v1',
  resource: 'services',
  namespaced: true,
  map: (object) => {
    const spec = object.fields.object('spec');
    const all = spec.list('ports').map((item) => ({
      protocol: item.string('protocol'),
      port: item.integer('port'),
      nodePort: item.integer('nodePort'),
    }));
    const ports = (which: 'port' | 'nodePort'): readonly string[] =>
      // A node port of 0 asks the API server to choose one.
      all.flatMap(({ [which]: port, protocol }) => (port === null || port === 0 ? [] : [portProtocol(port, protocol)]));
    const ranges = spec.strings('loadBalancerSourceRanges');
    const annotated = object.annotations.get(sourceRangesAnnotation)?.split(',') ?? [];
    return {
      nodes: [
        objectNode('Service', object, {
          createdAt: object.createdAt,
          type: spec.string('type') ?? 'ClusterIP',
          ports: ports('port'),
          nodePorts: ports('nodePort'),
          selector: keyValues(spec.stringMap('selector')),
          externalIps: spec.strings('externalIPs'),
          addresses: loadBalancerAddresses(object.fields),
          internal: isInternalService(object.annotations, spec.string('loadBalancerClass')),
          sourceRanges: (ranges.length > 0 ? ranges : annotated).map((range) => range.trim()).filter(Boolean),
        }),
      ],
      relationships: inNamespace('Service', object),
    };
  },
};
