import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEvent } from '../../collectors/audit/event.ts';
import type { GraphNode } from '../../graph/model/graph.ts';
import { actorOf } from './actor.ts';
import { defineCorrelation, type Finding } from './define.ts';
import { isSystem } from './event-time.ts';
import { type GraphView, type Named, refOf } from './graph-view.ts';
import { request } from './request.ts';
import { placeOf, succeeded, targetOf } from './target.ts';

/** How often and how many times the graph is asked whether it has the binding yet. */
const pollMs = 250;
const mostPolls = 40;
/** A binding that was there already is charted anew within this. */
const changedMs = 2_000;

async function charted(binding: Named, isNew: boolean, view: GraphView): Promise<GraphNode | null> {
  if (!isNew) await sleep(changedMs);
  for (let polls = 0; polls < mostPolls; polls++) {
    const node = (await view.named([binding])).get(refOf(binding));
    if (node !== undefined) {
      await view.settled();
      return node;
    }
    await sleep(pollMs);
  }
  return null;
}

async function judge(event: AuditEvent, binding: Named, view: GraphView): Promise<Finding | null> {
  const { verb } = event.record;
  const node = await charted(binding, verb === 'create', view);
  if (node === null) return null;
  const [internet, admin] = [{ set: 'INTERNET' }, { set: 'CLUSTER_ADMIN' }] as const;
  const path = await view.path(internet, admin);
  if (path === null) return null;
  const before = await view.path(internet, admin, [{ node: node.id }]);
  if (before !== null && before.cost <= path.cost) return null;
  const { username = '' } = event.record.impersonatedUser ?? event.record.user ?? {};
  const than = before === null ? 'there was no way before' : `it was ${before.cost} before`;
  return {
    namespace: placeOf(event),
    output: `with ${refOf(binding)}, which ${username} has written, the Internet reaches cluster-admin at a cost of ${path.cost}; ${than}`,
    fields: {
      'ka.user.name': username,
      'ka.verb': verb,
      'portolan.path.cost': path.cost,
      'portolan.path.costBefore': before?.cost ?? null,
      'portolan.path.id': path.id,
    },
    subjects: [binding, actorOf(event).identity],
  };
}

const web = (type: string): string => `
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop }
---
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec:
  nodeName: worker-1
  serviceAccountName: web
  containers: [{ name: main, image: example.com/web, ports: [{ containerPort: 8080 }] }]
status: { podIP: 10.1.0.5, phase: Running }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: ${type}, selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
status: { loadBalancer: { ingress: [{ ip: 203.0.113.9 }] } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: web-admin }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }]
`;

export const bindingOpensAPathFromTheInternet = defineCorrelation({
  name: 'Binding opens a path from the Internet',
  source: 'k8s_audit',
  severity: 'CRITICAL',
  attack: [{ id: 'T1098.006', name: 'Additional Container Cluster Roles' }],
  description:
    'A binding was made or changed, and with it the Internet reaches cluster-admin where it did not before, or more cheaply than before: it gives rights to something that strangers can get at.',
  condition:
    'A RoleBinding or ClusterRoleBinding was written by anybody but the system. Once the graph has it, there is a path of at most 8 techniques from the Internet to the cluster, and without the binding there is none, or only a costlier one.',
  needs: 'ka.target.resource in (rolebindings, clusterrolebindings) and ka.verb in (create, update, patch)',
  remediation:
    'Delete the binding. If it is needed, cut the path elsewhere: take the service account from what is exposed, or give it a role with the rights it uses.',
  falsePositives: 'None known: whoever meant to do this should know what it does.',
  references: ['https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege'],
  patient: true,
  watch:
    () =>
    ({ event }, view) => {
      const { resource, subresource } = event.record.objectRef ?? {};
      if ((resource !== 'rolebindings' && resource !== 'clusterrolebindings') || subresource) return null;
      const writes = ['create', 'update', 'patch'].includes(event.record.verb);
      const binding = targetOf(event);
      if (!writes || !succeeded(event) || isSystem(event) || binding === null) return null;
      return judge(event, binding, view);
    },
  fires: {
    cluster: web('LoadBalancer'),
    events: [
      request({
        as: 'alice',
        at: '10:00:00',
        verb: 'create',
        objectRef: { resource: 'clusterrolebindings', name: 'web-admin', apiGroup: 'rbac.authorization.k8s.io' },
      }),
    ],
  },
  nearMiss: {
    because: 'The service is reachable within the cluster only.',
    change: { cluster: web('ClusterIP').replace(/^status: \{ loadBalancer.*$/m, '') },
  },
});
