import type { NodeFact } from '../../../graph/model/observation.ts';
import { objectKinds } from '../kinds/index.ts';
import { gatheredRules, type RoleSource } from './aggregated-roles.ts';
import { bootstrapRoles } from './bootstrap-roles.ts';
import type { DumpContents } from './contents.ts';
import { podOf, type Workload, workloadsAbove } from './workloads.ts';

/**
 * What a cluster's own controllers would add to the objects of a dump, where it lacks them: plain manifests hold
 * neither pods nor endpoints. Each step sees what the one before it added.
 */
export function addImplied(contents: DumpContents): void {
  addPods(contents);
  addNamespaces(contents);
  addServiceAccounts(contents);
  addEndpointSlices(contents);
  addBootstrapRoles(contents);
  addAggregatedRules(contents);
}

const place = 'implied';

/** One pod of every workload that has none, under the workload's name. */
function addPods(contents: DumpContents): void {
  const running = new Set<string>();
  for (const { namespace, properties } of contents.nodes('Pod', 'Pod')) {
    const hash = labelValue(properties.labels ?? [], 'pod-template-hash');
    for (const above of workloadsAbove(properties.owner ?? '', hash)) running.add(`${namespace}/${above}`);
  }
  for (const workload of contents.workloads) {
    if (running.has(`${workload.namespace}/${workload.kind}/${workload.name}`)) continue;
    const taken = contents.has('Pod', `${workload.namespace}/${workload.name}`);
    const name = taken ? `${workload.name}-${workload.kind.toLowerCase()}` : workload.name;
    contents.add(podOf(workload, name), placeOf(workload), workload.path);
  }
}

function placeOf({ kind, namespace, name }: Workload): string {
  return `${kind}/${namespace}/${name}`;
}

/** Namespaces that objects lie in although the dump does not hold them. */
function addNamespaces(contents: DumpContents): void {
  for (const { kind, namespaced } of objectKinds) {
    if (!namespaced) continue;
    for (const { nodes } of contents.records(kind)) {
      const name = nodes[0]?.namespace;
      if (typeof name === 'string' && !contents.has('Namespace', name)) {
        contents.add({ kind: 'Namespace', group: '', json: { metadata: { name } } }, place);
      }
    }
  }
}

/**
 * The service account `default` of every namespace, which its controller makes, and those that pods run as, without
 * which the API server would have refused them. A namespace of which the dump holds real ones lacks none.
 */
function addServiceAccounts(contents: DumpContents): void {
  const whole = new Set<string | null>();
  for (const { uid, namespace } of contents.nodes('ServiceAccount', 'ServiceAccount')) {
    if (uid !== null) whole.add(namespace);
  }
  const add = (namespace: string, name: string): void => {
    if (whole.has(namespace) || contents.has('ServiceAccount', `${namespace}/${name}`)) return;
    contents.add({ kind: 'ServiceAccount', group: '', json: { metadata: { namespace, name } } }, place);
  };
  for (const { name } of [...contents.nodes('Namespace', 'Namespace')]) add(name, 'default');
  for (const { relationships } of contents.records('Pod')) {
    for (const { kind, to } of relationships) {
      const [, namespace, name] = kind === 'RUNS_AS' ? to.split('/') : [];
      if (namespace !== undefined && name !== undefined) add(namespace, name);
    }
  }
}

/** What the EndpointSlice controller makes of a service that selects pods: a slice for each way its ports resolve. */
function addEndpointSlices(contents: DumpContents): void {
  const sliced = new Set<string>();
  for (const { relationships } of contents.records('EndpointSlice')) {
    for (const { from } of relationships) sliced.add(from);
  }
  const pods = Map.groupBy(contents.nodes('Pod', 'Pod'), ({ namespace }) => namespace);
  for (const service of [...contents.nodes('Service', 'Service')]) {
    const { namespace, name } = service;
    const ports = contents.targetPorts.get(`${namespace}/${name}`);
    if (ports === undefined || sliced.has(`Service/${namespace}/${name}`)) continue;
    const behind = (pods.get(namespace) ?? []).filter((pod) => isSelected(pod, service));
    const groups = Map.groupBy(behind, (pod) => {
      const named = contents.namedPorts.get(`${namespace}/${pod.name}`);
      const numbers = ports.map(({ port, protocol }) => ({
        port: typeof port === 'string' ? named?.get(port) : port,
        protocol,
      }));
      return JSON.stringify(numbers.filter(({ port }) => port !== undefined));
    });
    let count = 0;
    for (const [resolved, members] of groups) {
      count += 1;
      const endpoints = members.map((pod) => ({ targetRef: { kind: 'Pod', namespace, name: pod.name } }));
      const labels = { 'kubernetes.io/service-name': name };
      const json = {
        metadata: { namespace, name: `${name}-${count}`, labels },
        ports: JSON.parse(resolved),
        endpoints,
      };
      contents.add({ kind: 'EndpointSlice', group: 'discovery.k8s.io', json }, place);
    }
  }
}

/** Pods that have ended are no endpoints (ShouldPodBeInEndpoints of kubernetes/pkg/controller/util/endpoint). */
function isSelected(pod: NodeFact<'Pod'>, service: NodeFact<'Service'>): boolean {
  if (pod.properties.phase === 'Succeeded' || pod.properties.phase === 'Failed') return false;
  const labels = new Set(pod.properties.labels);
  return (service.properties.selector ?? []).every((pair) => labels.has(pair));
}

/** The roles that every API server makes for itself, where a manifest binds one. */
function addBootstrapRoles(contents: DumpContents): void {
  const bound = new Set<string | null | undefined>();
  for (const kind of ['ClusterRoleBinding', 'RoleBinding']) {
    for (const { properties } of contents.nodes(kind, 'Binding')) bound.add(properties.roleRef);
  }
  for (const [name, rules] of Object.entries(bootstrapRoles)) {
    if (!bound.has(`Role/${name}`) || contents.has('ClusterRole', name)) continue;
    const labels = aggregatesTo[name] ?? [];
    const clusterRoleSelectors = labels.map((label) => ({ matchLabels: { [label]: 'true' } }));
    const aggregationRule = labels.length > 0 ? { aggregationRule: { clusterRoleSelectors } } : {};
    const json = { metadata: { name }, rules, ...aggregationRule };
    contents.add({ kind: 'ClusterRole', group: 'rbac.authorization.k8s.io', json }, place);
  }
}

const aggregateTo = (name: string): string => `rbac.authorization.k8s.io/aggregate-to-${name}`;

/** By which labels a manifest adds rules to the roles for people: what may be viewed may be edited, and so on. */
const aggregatesTo: Readonly<Record<string, readonly string[]>> = {
  view: ['view'].map(aggregateTo),
  edit: ['view', 'edit'].map(aggregateTo),
  admin: ['view', 'edit', 'admin'].map(aggregateTo),
};

/** What the aggregation controller writes into ClusterRoles that ask for the rules of others. */
function addAggregatedRules(contents: DumpContents): void {
  const roles = new Map<string, RoleSource>();
  for (const { name, properties } of contents.nodes('ClusterRole', 'Role')) {
    const { labels, selectors } = contents.aggregation.get(name) ?? { labels: [], selectors: [] };
    roles.set(name, { labels, selectors, rules: properties.rules ?? [] });
  }
  for (const [name, { selectors }] of roles) {
    if (selectors.length > 0) contents.setRules(name, gatheredRules(name, roles));
  }
}

function labelValue(labels: readonly string[], key: string): string | undefined {
  return labels.find((label) => label.startsWith(`${key}=`))?.slice(key.length + 1);
}
