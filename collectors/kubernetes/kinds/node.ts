import { ref } from '../../../graph/model/ref.ts';
import { keyValues, type ObjectKind, objectNode } from '../kind.ts';

/** The second was the label's name until Kubernetes 1.24. */
const controlPlaneLabels = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

export const node: ObjectKind = {
  kind: 'Node',
  group: '',
  version: 'v1',
  resource: 'nodes',
  namespaced: false,
  map: (object, { cluster }) => {
    const spec = object.fields.object('spec');
    const status = object.fields.object('status');
    const info = status.object('nodeInfo');
    const all = status
      .list('addresses')
      .map((item) => ({ type: item.string('type'), address: item.string('address') }));
    const addresses = (type: string): readonly string[] =>
      all.flatMap((item) => (item.type === type && item.address !== null ? [item.address] : []));
    return {
      nodes: [
        objectNode('Node', object, {
          createdAt: object.createdAt,
          labels: keyValues(object.labels),
          internalAddresses: addresses('InternalIP'),
          externalAddresses: addresses('ExternalIP'),
          kubeletVersion: info.string('kubeletVersion'),
          kernelVersion: info.string('kernelVersion'),
          containerRuntime: info.string('containerRuntimeVersion'),
          osImage: info.string('osImage'),
          providerId: spec.string('providerID'),
          unschedulable: spec.boolean('unschedulable') ?? false,
          controlPlane: controlPlaneLabels.some((label) => object.labels.has(label)),
        }),
      ],
      relationships: [{ kind: 'IN_CLUSTER', from: ref('Node', null, object.name), to: ref('Cluster', null, cluster) }],
    };
  },
};
