import { join } from 'node:path';
import { makeDumpFolder, SaveError, saveDump } from '../../../collectors/kubernetes/offline/save-dump.ts';
import type { Found } from '../../fleet/find-clusters.ts';
import type { Run, Terminal } from '../command.ts';
import { CommandError, exitStatus } from '../errors.ts';
import { progress } from '../progress.ts';
import { printable } from '../table.ts';
import { lookForClusters } from '../up/look.ts';

export const run: Run = async (settings, [folder, ...more], terminal) => {
  if (folder === undefined || more.length > 0) throw new CommandError('name one folder to save the dump in');
  const found = await lookForClusters(settings, terminal, 'it is left out');
  if (found.length === 0) throw new CommandError('there is no cluster to save', exitStatus.outside);
  await makeDumpFolder(folder, settings.force);
  let whole = true;
  for (const { name, of } of folders(found, folder)) {
    if ('error' in of) whole = false;
    else if (!(await save(of, name, settings.force, terminal))) whole = false;
  }
  return whole ? exitStatus.done : exitStatus.outside;
};

/** Where each cluster goes: the folder itself for a single one, else one within it after the cluster's name. */
function folders(found: readonly Found[], folder: string): readonly { readonly name: string; readonly of: Found }[] {
  if (found.length === 1) return found.map((of) => ({ name: folder, of }));
  const taken = new Set<string>();
  return found.map((of) => {
    const wanted = ('cluster' in of ? of.cluster.name : of.target.label).replace(/^\.|[^\w.-]/g, '_');
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
    taken.add(name);
    return { name: join(folder, name), of };
  });
}

/** Whether all of it could be saved. */
async function save(
  { target, cluster }: Extract<Found, { readonly cluster: unknown }>,
  folder: string,
  replace: boolean,
  terminal: Terminal,
): Promise<boolean> {
  await makeDumpFolder(folder, replace);
  const shown = progress(`saving ${cluster.name}`, terminal, ` (${cluster.version} at ${cluster.server})`);
  try {
    const options = { signal: terminal.signal, onProgress: shown.count };
    const gaps = await saveDump({ ...target.config, cluster }, folder, options);
    shown.done();
    for (const { kind, message } of gaps) terminal.err(`${printable(`${cluster.name}: ${kind}: ${message}`)}\n`);
    terminal.err(`saved in ${folder}; chart it with portolan chart ${folder}\n`);
    return gaps.length === 0;
  } catch (error) {
    if (terminal.signal.aborted) terminal.err(`stopped: the dump in ${folder} is not whole\n`);
    throw error instanceof SaveError ? new CommandError(error.message, exitStatus.outside) : error;
  }
}
