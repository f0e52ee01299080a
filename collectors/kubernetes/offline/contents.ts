import type { NodeKind } from '../../../graph/model/kinds.ts';
import type { NodeFact, Observation, ObservedRecord } from '../../../graph/model/observation.ts';
import type { PolicyRule } from '../../../graph/model/rules.ts';
import { type Fields, problemText } from '../fields.ts';
import { keyValues, kubernetesExtent, type MappingContext, type ObjectKind } from '../kind.ts';
import { objectKinds } from '../kinds/index.ts';
import { labelSelector } from '../kinds/label-selector.ts';
import { mapObject } from '../map.ts';
import type { KubernetesObject } from '../object.ts';
import type { RoleSource } from './aggregated-roles.ts';
import type { DumpObject } from './objects.ts';
import { isWorkload, readWorkload, type Workload } from './workloads.ts';

/** More are counted, not told. */
const maxProblems = 1000;

export interface TargetPort {
  readonly port: number | string;
  readonly protocol: string;
}

type Problem = Extract<Observation, { type: 'problem' }>;

/** What a dump of one cluster holds, mapped object by object as it is read: the JSON itself is not kept. */
export class DumpContents {
  /** By kind, then by namespace/name. */
  readonly #records = new Map<string, Map<string, ObservedRecord>>(objectKinds.map(({ kind }) => [kind, new Map()]));
  readonly #context: MappingContext;
  readonly #problems: Problem[] = [];
  #untold = 0;

  /** Objects that are not charted, by kind and group, such as `Deployment.apps`. */
  readonly skipped = new Map<string, number>();
  /** Whose each UID is: kind/namespace/name. */
  readonly #uids = new Map<string, string>();
  readonly workloads: Workload[] = [];
  /** Which ports of its pods a service sends to, by namespace/name; only services that select pods. */
  readonly targetPorts = new Map<string, readonly TargetPort[]>();
  /** The numbers behind the names of a pod's ports, by namespace/name. */
  readonly namedPorts = new Map<string, ReadonlyMap<string, number>>();
  /** Which ClusterRoles gather the rules of which others, by name; one that an API server has seen has them already. */
  readonly aggregation = new Map<string, Omit<RoleSource, 'rules'>>();
  /** Of the API server, where the dump tells it. */
  version: string | null = null;

  constructor(context: MappingContext) {
    this.#context = context;
  }

  /** Takes in one object, from this place of the dump. `path` is the field it was made from, if it is no object itself. */
  add(object: DumpObject, place: string, path = ''): void {
    const kind = objectKinds.find((each) => each.kind === object.kind && each.group === object.group);
    if (kind !== undefined) {
      this.#map(kind, object, place, path);
      const workload = isWorkload(object) ? readWorkload(object) : null;
      if (workload !== null) this.workloads.push(workload);
    } else {
      const name = object.group === '' ? object.kind : `${object.kind}.${object.group}`;
      this.skipped.set(name, (this.skipped.get(name) ?? 0) + 1);
    }
  }

  /** Notes bad input; without a kind it counts as the cluster's. */
  problem(place: string, message: string, kind = 'Cluster'): void {
    if (this.#problems.length === maxProblems) this.#untold += 1;
    else this.#problems.push({ type: 'problem', extent: kubernetesExtent(kind), place, message });
  }

  has(kind: string, name: string): boolean {
    return this.#records.get(kind)?.has(name) ?? false;
  }

  records(kind: string): Iterable<ObservedRecord> {
    return this.#records.get(kind)?.values() ?? [];
  }

  /** The nodes that the objects of a kind stand for, without those of their parts. */
  *nodes<K extends NodeKind>(objectKind: string, kind: K): Generator<NodeFact<K>> {
    for (const { nodes } of this.records(objectKind)) {
      const node = nodes[0];
      if (node?.kind === kind) yield node as NodeFact<K>;
    }
  }

  /** Gives a ClusterRole other rules. */
  setRules(name: string, rules: readonly PolicyRule[]): void {
    const record = this.#records.get('ClusterRole')?.get(name);
    const [node] = record?.nodes ?? [];
    if (record === undefined || node === undefined) return;
    const nodes = [{ ...node, properties: { ...node.properties, rules } }];
    this.#records.get('ClusterRole')?.set(name, { ...record, nodes });
  }

  get problems(): readonly Problem[] {
    if (this.#untold === 0) return this.#problems;
    const message = `${this.#untold} more problems like those above`;
    return [...this.#problems, { type: 'problem', extent: kubernetesExtent('Cluster'), place: 'the dump', message }];
  }

  #map(kind: ObjectKind, { json }: DumpObject, place: string, path: string): void {
    const { object, record, problems } = mapObject(kind, json, this.#context, path);
    const name = object === null ? null : localName(object);
    for (const problem of problems) {
      this.problem(place, `${kind.kind}${name === null ? '' : `/${name}`}: ${problemText(problem)}`, kind.kind);
    }
    if (object === null || record === null || name === null) return;
    if (this.has(kind.kind, name)) {
      this.problem(place, `${kind.kind}/${name} is there twice; the last one counts`, kind.kind);
    }
    if (object.uid !== null) {
      const other = this.#uids.get(object.uid);
      if (other !== undefined && other !== `${kind.kind}/${name}`) {
        this.problem(place, `${kind.kind}/${name} has the UID of ${other}; it counts by its name`, kind.kind);
        this.#records.get(kind.kind)?.set(name, withoutUid(record, name));
        return;
      }
      this.#uids.set(object.uid, `${kind.kind}/${name}`);
    }
    this.#records.get(kind.kind)?.set(name, record);
    const spec = object.fields.object('spec');
    if (kind.kind === 'Service') {
      if (spec.stringMap('selector').size === 0 || spec.string('type') === 'ExternalName')
        this.targetPorts.delete(name);
      else this.targetPorts.set(name, targetPorts(spec));
    } else if (kind.kind === 'Pod') {
      this.namedPorts.set(name, namedPorts(spec));
    } else if (kind.kind === 'ClusterRole') {
      const selectors = object.fields.object('aggregationRule').list('clusterRoleSelectors').map(labelSelector);
      this.aggregation.set(name, {
        labels: keyValues(object.labels),
        selectors: object.uid === null ? selectors : [],
      });
    }
  }
}

/** An object whose UID is not its own is known by its name, and its parts with it. */
function withoutUid(record: ObservedRecord, name: string): ObservedRecord {
  return { ...record, key: name, nodes: record.nodes.map((node) => ({ ...node, uid: null })) };
}

function localName({ namespace, name }: KubernetesObject): string {
  return namespace === null ? name : `${namespace}/${name}`;
}

function targetPorts(spec: Fields): readonly TargetPort[] {
  return spec.list('ports').flatMap((item): readonly TargetPort[] => {
    const port = item.integerOrString('targetPort') || item.integer('port');
    return port === null ? [] : [{ port, protocol: item.string('protocol') ?? 'TCP' }];
  });
}

function namedPorts(spec: Fields): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const field of ['containers', 'initContainers']) {
    for (const container of spec.list(field)) {
      for (const item of container.list('ports')) {
        const name = item.string('name');
        const port = item.integer('containerPort');
        if (name !== null && port !== null && !found.has(name)) found.set(name, port);
      }
    }
  }
  return found;
}
