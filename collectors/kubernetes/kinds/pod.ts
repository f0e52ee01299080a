import type { RelationshipFact } from '../../../graph/model/observation.ts';
import { ref } from '../../../graph/model/ref.ts';
import { inNamespace, keyValues, type ObjectKind } from '../kind.ts';
import { apiTokenVolumes } from './api-token.ts';
import { containers } from './container.ts';
import { images } from './image.ts';
import { volumeRelationships, volumes } from './volume.ts';
import { ownedBy, serviceAccountName } from './workload.ts';

export const pod: ObjectKind = {
  kind: 'Pod',
  group: '',
  version: 'v1',
  resource: 'pods',
  namespaced: true,
  map: (object, { audiences }) => {
    const { name, namespace, annotations } = object;
    const spec = object.fields.object('spec');
    const status = object.fields.object('status');
    // The API server's picture of a static pod. The kubelet knows it, in its cgroups too, by the hash of its manifest;
    // but whoever may create pods may write these annotations, so that they name no pod of ours. A mirror pod can have
    // no service account (the mirror pod checks of the ServiceAccount admission).
    const mirror = annotations.has('kubernetes.io/config.mirror');
    const { uid } = object;
    const account = serviceAccountName(spec);
    const nodeName = spec.string('nodeName');
    const hostNetwork = spec.boolean('hostNetwork') ?? false;
    const live = object.uid !== null;
    const podRef = ref('Pod', namespace, name);
    const tokens = apiTokenVolumes(spec, account, audiences);
    const own = { uid, namespace, name };
    const stored = volumes({ pod: own, spec, tokens });
    const parts = containers({
      pod: own,
      spec,
      status,
      annotations,
      hostNetwork,
      volumes: stored.nodes,
      apiToken: { volumes: tokens, otherwise: live ? 'none' : 'default' },
    });
    const run = images(parts);
    const relationships: RelationshipFact[] = [
      ...inNamespace('Pod', object),
      ...parts.map(
        (part): RelationshipFact => ({
          kind: 'HAS_CONTAINER',
          from: podRef,
          to: ref('Container', namespace, part.name),
        }),
      ),
      ...run.relationships,
      ...volumeRelationships(own, spec, stored),
    ];
    if (!mirror) {
      relationships.push({ kind: 'RUNS_AS', from: podRef, to: ref('ServiceAccount', namespace, account) });
    }
    relationships.push(...ownedBy(podRef, object));
    if (nodeName) relationships.push({ kind: 'RUNS_ON', from: podRef, to: ref('Node', null, nodeName) });
    return {
      nodes: [
        {
          kind: 'Pod',
          uid,
          namespace,
          name,
          properties: {
            createdAt: object.createdAt,
            labels: keyValues(object.labels),
            phase: status.string('phase'),
            podIp: status.string('podIP'),
            kubeletUid: mirror ? (annotations.get('kubernetes.io/config.hash') ?? uid) : uid,
            owner: object.owner,
            hostNetwork,
            hostPid: spec.boolean('hostPID') ?? false,
            hostIpc: spec.boolean('hostIPC') ?? false,
            hostUsers: spec.boolean('hostUsers') ?? true,
            shareProcessNamespace: spec.boolean('shareProcessNamespace') ?? false,
            automountToken: spec.boolean('automountServiceAccountToken'),
            live,
          },
        },
        ...parts,
        ...run.nodes,
        ...stored.nodes.values(),
      ],
      relationships,
    };
  },
};
