import type { Observation, ObservedRecord } from '../../../graph/model/observation.ts';
import { type ClusterFacts, type ClusterIdentity, clusterRecord } from '../cluster.ts';
import { kubernetesExtent } from '../kind.ts';
import { defaultAudiences } from '../kinds/api-token.ts';
import { objectKinds } from '../kinds/index.ts';
import { DumpContents } from './contents.ts';
import { documents } from './documents.ts';
import { DumpError, readManifest, readStream } from './files.ts';
import { type DumpSource, sources } from './fleet.ts';
import { addImplied } from './implied.ts';
import { objectsIn } from './objects.ts';

export interface DumpOptions {
  /** Names the cluster, and makes all input one cluster. Null: the folder's name. */
  readonly cluster?: string | null;
  /** What `-` reads; standard input unless given. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
  readonly podSecurityDefault?: ClusterFacts['podSecurityDefault'];
}

/** One cluster as a dump shows it. */
export interface Dump {
  readonly cluster: ClusterIdentity;
  /** A whole snapshot of every extent, the problems among them. */
  readonly observations: Iterable<Observation>;
  readonly files: number;
  /** Objects of kinds that are not charted, by kind and group, such as `ConfigMap` and `Certificate.cert-manager.io`. */
  readonly skipped: ReadonlyMap<string, number>;
}

/** As many records as one observation carries. */
const pageSize = 500;

/**
 * Reads the clusters in files, folders and standard input (`-`), one after another: `kubectl get -o json|yaml`, plain
 * manifests, NDJSON. Which folder is which cluster is told by `sources`. What is broken is a problem among the
 * observations, and the rest goes in; only paths that hold nothing to read throw, as DumpError.
 */
export async function* openDumps(paths: readonly string[], options: DumpOptions = {}): AsyncGenerator<Dump> {
  for (const source of await sources(paths, options.cluster ?? null)) {
    if (source.files.length === 0) {
      throw new DumpError(`${paths.join(', ')} holds no manifest: none of its files ends in .yaml, .yml or .json`);
    }
    yield await openDump(source, options);
  }
}

async function openDump({ name, files }: DumpSource, options: DumpOptions): Promise<Dump> {
  const contents = new DumpContents({ cluster: name, audiences: defaultAudiences });
  for (const file of files) {
    try {
      const text = file === '-' ? await readStream(options.stdin ?? process.stdin) : await readManifest(file);
      read(text, file === '-' ? 'stdin' : file, contents);
    } catch (error) {
      contents.problem(file, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  addImplied(contents);
  const kubeSystem = Iterator.from(contents.nodes('Namespace', 'Namespace')).find(
    (node) => node.name === 'kube-system',
  );
  const cluster: ClusterIdentity = { key: kubeSystem?.uid ?? name, name };
  const facts: ClusterFacts = {
    ...cluster,
    version: contents.version,
    server: null,
    execByGet: null,
    observed: 'offline',
    podSecurityDefault: options.podSecurityDefault ?? 'privileged',
  };
  return { cluster, observations: observations(facts, contents), files: files.length, skipped: contents.skipped };
}

function read(text: string, file: string, contents: DumpContents): void {
  for (const { line, value, message } of documents(text)) {
    const place = `${file}:${line}`;
    if (message !== undefined) contents.problem(place, message);
    if (value === undefined || value === null) continue;
    const version = serverVersion(value);
    if (version !== null) {
      contents.version = version;
      continue;
    }
    for (const object of objectsIn(value)) {
      if (typeof object === 'string') contents.problem(place, object);
      else contents.add(object, place);
    }
  }
}

/** What `kubectl version -o json|yaml` prints, which is no object of the API. */
function serverVersion(value: unknown): string | null {
  const { serverVersion: server } = value as { readonly serverVersion?: { readonly gitVersion?: unknown } | null };
  return typeof server?.gitVersion === 'string' ? server.gitVersion : null;
}

function* observations(facts: ClusterFacts, contents: DumpContents): Generator<Observation> {
  yield* snapshot('Cluster', [clusterRecord(facts)], contents);
  for (const { kind } of objectKinds) yield* snapshot(kind, contents.records(kind), contents);
}

function* snapshot(kind: string, all: Iterable<ObservedRecord>, contents: DumpContents): Generator<Observation> {
  const extent = kubernetesExtent(kind);
  yield { type: 'snapshot', extent };
  for (const records of pages(all)) yield { type: 'records', extent, records };
  for (const problem of contents.problems) if (problem.extent.kind === kind) yield problem;
  yield { type: 'complete', extent };
}

function* pages(records: Iterable<ObservedRecord>): Generator<ObservedRecord[]> {
  let page: ObservedRecord[] = [];
  for (const record of records) {
    if (page.push(record) < pageSize) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
