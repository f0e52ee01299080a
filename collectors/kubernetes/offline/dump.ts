import type { Observation, ObservedRecord } from '../../../graph/model/observation.ts';
import { type ClusterFacts, type ClusterIdentity, clusterRecord } from '../cluster.ts';
import { kubernetesExtent } from '../kind.ts';
import { defaultAudiences } from '../kinds/api-token.ts';
import { objectKinds } from '../kinds/index.ts';
import { DumpContents } from './contents.ts';
import { DumpError } from './files.ts';
import { type DumpSource, sources } from './fleet.ts';
import { type DumpIdentity, identityIn, isIdentity, type SavedGap } from './identity.ts';
import { addImplied } from './implied.ts';
import { objectsIn } from './objects.ts';
import { type ReadOptions, readDocuments } from './read-documents.ts';

export interface DumpOptions extends ReadOptions {
  /** Names the cluster, and makes all input one cluster. Null: as its dump does, else the folder's name. */
  readonly cluster?: string | null;
  readonly podSecurityDefault?: ClusterFacts['podSecurityDefault'];
  /** Told after each object how many have been read from a file. */
  readonly onProgress?: (file: string, objects: number) => void;
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
 * Reads the clusters in files, folders and standard input (`-`), one after another: what `saveDump` saved, `kubectl get
 * -o json|yaml`, plain manifests, NDJSON. Which folder is which cluster is told by `sources`. What is broken is a problem among the
 * observations, and the rest goes in; only paths that hold nothing to read throw, as DumpError.
 */
export async function* openDumps(paths: readonly string[], options: DumpOptions = {}): AsyncGenerator<Dump> {
  for (const source of await sources(paths, options.cluster ?? null, options)) {
    if (source.files.length === 0) {
      throw new DumpError(
        `${paths.join(', ')} holds no manifest: none of its files ends in .yaml, .yml, .json or .ndjson`,
      );
    }
    yield await openDump(source, options);
  }
}

async function openDump({ name, files }: DumpSource, options: DumpOptions): Promise<Dump> {
  const saved = await identityIn(files);
  const known = { name: options.cluster ?? saved?.name ?? name, audiences: saved?.audiences ?? defaultAudiences };
  const contents = new DumpContents({ cluster: known.name, audiences: known.audiences });
  for (const file of files) {
    try {
      await read(file, options, contents);
    } catch (error) {
      options.signal?.throwIfAborted();
      contents.problem(file, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  // What a cluster adds by itself is there, where the cluster itself was saved.
  if (saved === null) addImplied(contents);
  const kubeSystem = Iterator.from(contents.nodes('Namespace', 'Namespace')).find(
    (node) => node.name === 'kube-system',
  );
  const facts: ClusterFacts = {
    key: saved?.key ?? kubeSystem?.uid ?? known.name,
    name: known.name,
    version: saved?.version ?? contents.version,
    server: saved?.server ?? null,
    execByGet: saved?.execByGet ?? null,
    observed: 'offline',
    podSecurityDefault: options.podSecurityDefault ?? 'privileged',
  };
  const cluster: ClusterIdentity = { key: facts.key, name: facts.name };
  const gaps = saved === null ? [] : gapsOf(saved);
  return { cluster, observations: observations(facts, contents, gaps), files: files.length, skipped: contents.skipped };
}

/** The kinds that are not in a saved dump: what could not be read, and what nobody asked for at the time. */
function gapsOf({ gaps, kinds }: DumpIdentity): readonly SavedGap[] {
  const message = 'was not asked for by the Portolan that saved the dump: save it anew';
  const unasked = objectKinds.filter(({ kind }) => !kinds.includes(kind));
  return [
    ...gaps,
    ...unasked.map(({ kind }): SavedGap => ({ kind, reason: 'BAD_INPUT', message: `${kind} ${message}` })),
  ];
}

async function read(file: string, options: DumpOptions, contents: DumpContents): Promise<void> {
  let objects = 0;
  for await (const { line, value, message } of readDocuments(file, options)) {
    const place = `${file === '-' ? 'stdin' : file}:${line}`;
    if (message !== undefined) contents.problem(place, message);
    if (value === undefined || value === null || isIdentity(value)) continue;
    const version = serverVersion(value);
    if (version !== null) {
      contents.version = version;
      continue;
    }
    for (const object of objectsIn(value)) {
      if (typeof object === 'string') contents.problem(place, object);
      else contents.add(object, place);
      objects += 1;
      options.onProgress?.(file, objects);
    }
  }
}

/** What `kubectl version -o json|yaml` prints, which is no object of the API. */
function serverVersion(value: unknown): string | null {
  const { serverVersion: server } = value as { readonly serverVersion?: { readonly gitVersion?: unknown } | null };
  return typeof server?.gitVersion === 'string' ? server.gitVersion : null;
}

function* observations(facts: ClusterFacts, contents: DumpContents, gaps: readonly SavedGap[]): Generator<Observation> {
  yield* snapshot('Cluster', [clusterRecord(facts)], contents);
  for (const { kind } of objectKinds) {
    const gap = gaps.find((each) => each.kind === kind);
    yield* snapshot(kind, contents.records(kind), contents, gap);
  }
}

function* snapshot(
  kind: string,
  all: Iterable<ObservedRecord>,
  contents: DumpContents,
  gap?: SavedGap,
): Generator<Observation> {
  const extent = kubernetesExtent(kind);
  yield { type: 'snapshot', extent };
  for (const records of pages(all)) yield { type: 'records', extent, records };
  for (const problem of contents.problems) if (problem.extent.kind === kind) yield problem;
  if (gap === undefined) yield { type: 'complete', extent };
  else yield { type: 'unreadable', extent, reason: gap.reason, message: gap.message };
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
