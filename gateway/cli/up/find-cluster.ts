import { AccessError } from '../../../collectors/kubernetes/live/access.ts';
import { identifyCluster, type LiveCluster } from '../../../collectors/kubernetes/live/identify.ts';
import type { Terminal } from '../command.ts';
import { CommandError, exitStatus } from '../errors.ts';
import type { Settings } from '../settings.ts';

const identifyMs = 5_000;

/** The cluster of the kubeconfig; null, after saying so, where there is none and none was asked for. */
export async function findCluster(settings: Settings, terminal: Terminal): Promise<LiveCluster | null> {
  const { kubeconfig, context, cluster } = settings;
  try {
    return await identifyCluster({ kubeconfig, context, name: cluster }, AbortSignal.timeout(identifyMs));
  } catch (error) {
    const reason =
      error instanceof AccessError
        ? error.message
        : `the cluster of the kubeconfig does not answer: ${reasonOf(error)}`;
    if (kubeconfig !== null || context !== null) throw new CommandError(reason, exitStatus.outside);
    terminal.err(`${reason}\n`);
    return null;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
