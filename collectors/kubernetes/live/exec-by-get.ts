import { lines } from '../lines.ts';
import { ApiError, type ApiServer } from './api-server.ts';

const gate = /^kubernetes_feature_enabled\{name="AuthorizePodWebsocketUpgradeCreatePermission",[^}]*\} ([01])/;

/**
 * Whether the right to get suffices to exec, attach and forward ports over WebSocket: the API server tells of its feature
 * gates among its metrics alone. Null where we may not read those, or the gate is not among them. Rejects when the API
 * server does not answer.
 */
export async function execByGet(server: ApiServer, signal: AbortSignal): Promise<boolean | null> {
  try {
    for await (const group of lines(await server.stream('/metrics', signal, 'text/plain'))) {
      for (const line of group) {
        const enabled = gate.exec(line)?.[1];
        if (enabled !== undefined) return enabled === '0';
      }
    }
  } catch (error) {
    if (!(error instanceof ApiError && [401, 403, 404].includes(error.status))) throw error;
  }
  return null;
}
