import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { documents } from './documents.ts';
import { isManifestName, manifestsUnder, readManifest } from './files.ts';
import { objectsIn } from './objects.ts';

/** One cluster of the input: its name, and the files that speak of it; `-` is standard input. */
export interface DumpSource {
  readonly name: string;
  readonly files: readonly string[];
}

/**
 * Which clusters the paths hold.
 *
 * All paths together are one cluster, named after the first folder or file. Only a single folder can hold several: if
 * it has no manifest itself and each of its sub-folders that has some holds a Node or the namespace kube-system, as
 * every dump of a cluster does and next to no folder of an application, then each of these is a cluster of its name.
 * A name given by the user always means one cluster.
 */
export async function sources(paths: readonly string[], name: string | null): Promise<readonly DumpSource[]> {
  const [only] = paths;
  if (name === null && only !== undefined && paths.length === 1 && only !== '-') {
    const fleet = await fleetIn(only);
    if (fleet.length > 0) return fleet;
  }
  const files: string[] = [];
  for (const path of paths) files.push(...(path === '-' ? ['-'] : await manifestsUnder(path)));
  return [{ name: name ?? nameOf(only), files: [...new Set(files)] }];
}

function nameOf(path: string | undefined): string {
  if (path === undefined || path === '-') return 'cluster';
  return basename(resolve(path)).replace(/\.(?:ya?ml|json)$/i, '') || 'cluster';
}

async function fleetIn(folder: string): Promise<readonly DumpSource[]> {
  if ((await stat(folder).catch(() => null))?.isDirectory() !== true) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some((entry) => !entry.isDirectory() && isManifestName(entry.name))) return [];
  const found: DumpSource[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const files = await manifestsUnder(join(folder, entry.name));
    if (files.length === 0) continue;
    if (!(await holdsCluster(files))) return [];
    found.push({ name: entry.name, files });
  }
  return found;
}

async function holdsCluster(files: readonly string[]): Promise<boolean> {
  for (const file of files) {
    const text = await readManifest(file).catch(() => '');
    for (const { value } of documents(text)) {
      if (value === undefined || value === null) continue;
      for (const object of objectsIn(value)) {
        if (typeof object === 'string' || object.group !== '') continue;
        if (object.kind === 'Node') return true;
        const metadata = object.json.metadata as { readonly name?: unknown } | null | undefined;
        if (object.kind === 'Namespace' && metadata?.name === 'kube-system') return true;
      }
    }
  }
  return false;
}
