import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isManifestName, manifestsUnder } from './files.ts';
import { identityFile, identityIn, readIdentity } from './identity.ts';
import { type DumpObject, objectsIn } from './objects.ts';
import { type ReadOptions, readDocuments } from './read-documents.ts';

/** One cluster of the input: its name, and the files that speak of it; `-` is standard input. */
export interface DumpSource {
  readonly name: string;
  readonly files: readonly string[];
}

/**
 * Which clusters the paths hold.
 *
 * All paths together are one cluster, named after the first folder or file, save where each is a dump that says itself
 * which cluster it is. Only a single folder can hold several: if it has no manifest itself and each of its sub-folders
 * that has some says which cluster it is, or holds a Node or the namespace kube-system, as every dump does and next to no
 * folder of an application, then each of these is a cluster.
 * A name given by the user always means one cluster.
 */
export async function sources(
  paths: readonly string[],
  name: string | null,
  options: ReadOptions = {},
): Promise<readonly DumpSource[]> {
  const [only] = paths;
  if (name === null && only !== undefined && paths.length === 1 && only !== '-') {
    const fleet = await fleetIn(only, options);
    if (fleet.length > 0) return fleet;
  }
  if (name === null && paths.length > 1 && (await areDumps(paths))) {
    return Promise.all(paths.map(async (path) => ({ name: nameOf(path), files: await manifestsUnder(path) })));
  }
  const files: string[] = [];
  for (const path of paths) files.push(...(path === '-' ? ['-'] : await manifestsUnder(path)));
  return [{ name: name ?? nameOf(only), files: [...new Set(files)] }];
}

/** Whether each is the folder of a dump that says itself of which cluster it is. */
async function areDumps(paths: readonly string[]): Promise<boolean> {
  for (const path of paths) if (path === '-' || (await readIdentity(join(path, identityFile))) === null) return false;
  return true;
}

function nameOf(path: string | undefined): string {
  if (path === undefined || path === '-') return 'cluster';
  return basename(resolve(path)).replace(/\.(?:ya?ml|json|ndjson)$/i, '') || 'cluster';
}

async function fleetIn(folder: string, options: ReadOptions): Promise<readonly DumpSource[]> {
  if ((await stat(folder).catch(() => null))?.isDirectory() !== true) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some((entry) => !entry.isDirectory() && isManifestName(entry.name))) return [];
  const found: DumpSource[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const files = await manifestsUnder(join(folder, entry.name));
    if (files.length === 0) continue;
    if (!(await holdsCluster(files, options))) return [];
    found.push({ name: entry.name, files });
  }
  return found;
}

async function holdsCluster(files: readonly string[], options: ReadOptions): Promise<boolean> {
  if ((await identityIn(files)) !== null) return true;
  for (const file of files) {
    try {
      for await (const { value } of readDocuments(file, options)) {
        if (value === undefined || value === null) continue;
        for (const object of objectsIn(value)) if (typeof object !== 'string' && ofCluster(object)) return true;
      }
    } catch {
      // It is read again, and told of, where it is charted.
      options.signal?.throwIfAborted();
    }
  }
  return false;
}

function ofCluster({ group, kind, json }: DumpObject): boolean {
  if (group !== '') return false;
  const metadata = json.metadata as { readonly name?: unknown } | null | undefined;
  return kind === 'Node' || (kind === 'Namespace' && metadata?.name === 'kube-system');
}
