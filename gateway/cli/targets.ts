import { AccessError, contextsIn, type KubeContext } from '../../collectors/kubernetes/live/access.ts';
import { clusterName } from '../../collectors/kubernetes/live/identify.ts';
import type { Target } from '../fleet/find-clusters.ts';
import { CommandError, exitStatus } from './errors.ts';
import type { Settings } from './settings.ts';

/** A context, and the kubeconfig it is in; null for the one that kubectl would take. */
interface Candidate extends KubeContext {
  readonly kubeconfig: string | null;
}

/**
 * The clusters that --kubeconfig, --context and --all-contexts name, each with a name of its own: that of the kubeconfig,
 * or of its context where several clusters share one. Without any of them it is the current context's.
 */
export async function targetsOf(settings: Settings): Promise<readonly Target[]> {
  const { kubeconfig: files, context: names, allContexts, cluster } = settings;
  if (allContexts && names.length > 0) throw new CommandError('give --context or --all-contexts, not both');
  if (files.length < 2 && names.length < 2 && !allContexts) {
    const [kubeconfig = null] = files;
    const [context = null] = names;
    return [{ config: { kubeconfig, context, name: cluster }, label: context ?? 'the current context' }];
  }
  const found = await candidates(files);
  const chosen = allContexts ? onePerCluster(found) : names.length > 0 ? named(found, names) : current(found, files);
  if (cluster !== null && chosen.length > 1) {
    throw new CommandError(`--cluster ${cluster} names one cluster, and there are ${chosen.length}: leave it out`);
  }
  const shared = repeated(chosen.map(({ cluster: entry }) => clusterName(entry)));
  const called = chosen.map(({ name, cluster: entry }) => {
    const own = clusterName(entry);
    return cluster ?? (shared.has(own) ? name : own);
  });
  const [clash] = repeated(called);
  if (clash !== undefined) {
    throw new CommandError(
      `several clusters would be called ${clash}: give their contexts different names (kubectl config rename-context)`,
    );
  }
  return chosen.map(({ kubeconfig, name }, index) => ({
    config: { kubeconfig, context: name, name: called[index] ?? null },
    label: files.length > 1 ? `${name} of ${kubeconfig}` : name,
  }));
}

async function candidates(files: readonly string[]): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const kubeconfig of files.length === 0 ? [null] : new Set(files)) {
    try {
      found.push(...(await contextsIn(kubeconfig)).map((context) => ({ ...context, kubeconfig })));
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      throw new CommandError(
        kubeconfig === null ? error.message : `${kubeconfig}: ${error.message}`,
        exitStatus.outside,
      );
    }
  }
  if (found.length === 0) throw new CommandError('the kubeconfig has no contexts', exitStatus.outside);
  return found;
}

/** Several contexts of one kubeconfig often lead to one cluster, as different users: the current one counts, else the first. */
function onePerCluster(found: readonly Candidate[]): readonly Candidate[] {
  const chosen = new Map<string, Candidate>();
  for (const candidate of found) {
    const key = `${candidate.kubeconfig}\n${candidate.cluster}`;
    if (candidate.current || !chosen.has(key)) chosen.set(key, candidate);
  }
  return [...chosen.values()];
}

function named(found: readonly Candidate[], names: readonly string[]): readonly Candidate[] {
  return [...new Set(names)].map((name) => {
    const [candidate, another] = found.filter((each) => each.name === name);
    if (candidate === undefined) {
      const known = found.map((each) => each.name).join(', ');
      throw new CommandError(`--context ${name}: there is none of this name; there are ${known}`);
    }
    if (another !== undefined) {
      throw new CommandError(
        `--context ${name} is in ${candidate.kubeconfig} and in ${another.kubeconfig}: rename one of them`,
      );
    }
    return candidate;
  });
}

function current(found: readonly Candidate[], files: readonly string[]): readonly Candidate[] {
  return [...new Set(files)].map((file) => {
    const candidate = found.find(({ kubeconfig, current: is }) => kubeconfig === file && is);
    if (candidate === undefined) throw new CommandError(`${file} has no current context: name one with --context`);
    return candidate;
  });
}

function repeated(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}
