import { actorOf } from './actor.ts';
import { defineCorrelation } from './define.ts';
import { isSystem } from './event-time.ts';
import { refOf } from './graph-view.ts';
import { request } from './request.ts';
import { placeOf, succeeded, targetOf } from './target.ts';

const rbac = (subjects: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec: { serviceAccountName: deployer, containers: [{ name: main, image: example.com/web }] }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: deployer, namespace: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: deployers }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [${subjects}]
`;
const deployer = '{ kind: ServiceAccount, name: deployer, namespace: shop }';

export const commandInAPodThatLeadsToClusterAdmin = defineCorrelation({
  name: 'Command in a pod that leads to cluster-admin',
  source: 'k8s_audit',
  severity: 'HIGH',
  attack: [
    { id: 'T1609', name: 'Container Administration Command' },
    { id: 'T1078', name: 'Valid Accounts' },
  ],
  description:
    'Somebody who is no administrator ran a command in a pod, attached to it or added a container to it, and from that pod a path leads to cluster-admin: by the token it holds, the node it can break out to, or the secrets it mounts. What they were denied in the API they can have from there.',
  condition:
    'An exec, attach or ephemeral container that succeeded, by an identity from which the graph has no path of links alone to the cluster; from the pod there is one of at most 8 techniques.',
  needs: 'ka.action in (exec, attach) or ka.target.subresource = ephemeralcontainers',
  remediation:
    'Ask whoever it was. Take the tokens and secrets of the pod for known, and the path that the alert shows for open: cut it where that costs least. Keep create on pods/exec from those who may not be administrators.',
  falsePositives:
    'Debugging, in a pod that has more power than it needs: take that away. Suppress it by user and namespace for the time of the work.',
  references: ['https://kubernetes.io/docs/concepts/security/rbac-good-practices/'],
  watch:
    () =>
    async ({ event }, view) => {
      const { action } = event.derived;
      const entered =
        action === 'exec' || action === 'attach' || event.record.objectRef?.subresource === 'ephemeralcontainers';
      const pod = targetOf(event);
      if (!entered || pod?.kind !== 'Pod' || !succeeded(event) || isSystem(event)) return null;
      const actor = actorOf(event);
      const nodes = await view.named([pod, ...actor.wields]);
      const target = nodes.get(refOf(pod));
      if (target === undefined) return null;
      const path = await view.path({ ids: [target.id] }, { set: 'CLUSTER_ADMIN' });
      if (path === null) return null;
      const holders = actor.wields.flatMap((each) => nodes.get(refOf(each))?.id ?? []);
      const own = holders.length === 0 ? null : await view.path({ ids: holders }, { set: 'CLUSTER_ADMIN' });
      if (own !== null && own.cost === 0) return null;
      const { username = '' } = event.record.impersonatedUser ?? event.record.user ?? {};
      return {
        namespace: placeOf(event),
        output: `${username} has entered ${refOf(pod)}, from which cluster-admin is ${path.length} techniques away (cost ${path.cost}; from the rights of the user it is ${own === null ? 'out of reach' : own.cost})`,
        fields: { 'ka.user.name': username, 'ka.action': action, 'portolan.own.cost': own?.cost ?? null },
        subjects: [pod, actor.identity],
      };
    },
  fires: {
    cluster: rbac(deployer),
    events: [
      request({
        as: 'alice',
        at: '10:00:00',
        verb: 'get',
        objectRef: { resource: 'pods', namespace: 'shop', name: 'web', subresource: 'exec' },
        responseStatus: { code: 101 },
      }),
    ],
  },
  nearMiss: {
    because: 'The user is an administrator already: the pod gives them nothing that they have not.',
    change: { cluster: rbac(`${deployer}, { apiGroup: rbac.authorization.k8s.io, kind: User, name: alice }`) },
  },
});
