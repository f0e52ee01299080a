import { AccessError } from '../../../collectors/kubernetes/live/access.ts';
import { collision, type Found, findClusters, reasonOf } from '../../fleet/find-clusters.ts';
import type { Terminal } from '../command.ts';
import { CommandError, exitStatus } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { targetsOf } from '../targets.ts';

/** Whether the settings name a cluster, for which no example is to stand in. */
function isAskedFor({ kubeconfig, context, allContexts }: Settings): boolean {
  return kubeconfig.length > 0 || context.length > 0 || allContexts;
}

/**
 * Looks for the clusters that the settings name, and says which of them do not answer, and what happens to these then. Throws
 * where none does; without settings that name any, it then finds nothing.
 */
export async function lookForClusters(settings: Settings, terminal: Terminal, then: string): Promise<readonly Found[]> {
  const found = await findClusters(await targetsOf(settings), terminal.signal);
  const silent = found.flatMap((each) => ('error' in each ? [whySilent(each.target.label, each.error)] : []));
  if (silent.length === found.length) {
    if (isAskedFor(settings)) throw new CommandError(silent.join('\n'), exitStatus.outside);
    terminal.err(`${silent.join('\n')}\n`);
    return [];
  }
  for (const reason of silent) terminal.err(`${reason}; ${then}\n`);
  for (const [index, one] of found.entries()) {
    for (const other of found.slice(index + 1)) {
      const why = collision(one, other);
      if (why !== null) throw new CommandError(why);
    }
  }
  return found;
}

function whySilent(label: string, error: unknown): string {
  if (error instanceof AccessError) return error.message;
  return `the cluster of ${label} does not answer: ${reasonOf(error)}`;
}
