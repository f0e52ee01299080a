import type { SensorEvent } from '../events/event.ts';

/** Names of addresses, for rules that know a server by its name. */
export interface HostNames {
  readonly of: (address: string) => string | undefined;
  /** Takes what an answer of a name server says; other events tell nothing. */
  readonly learn: (event: Pick<SensorEvent, 'type' | 'fields'>) => void;
}

const mostNames = 10_000;
const apiServerName = 'kubernetes.default.svc.cluster.local';

/**
 * Learns names from the answers that programs of the node get: an address has the name that was last asked for. Nobody asks for
 * that of the API server, whose address every pod is given in its environment, as we are.
 */
export function hostNames(apiServer = process.env.KUBERNETES_SERVICE_HOST): HostNames {
  const names = new Map<string, string>();
  return {
    of: (address) => (address === apiServer ? apiServerName : names.get(address)),
    learn({ type, fields }) {
      if (type !== 'dns') return;
      const [name, answers] = [fields['dns.name'], fields['dns.answers']];
      if (typeof name !== 'string' || typeof answers !== 'string') return;
      for (const answer of answers.split(',')) {
        if (!/^[\d.]+$|:/.test(answer)) continue; // a name, on the way to an address
        names.delete(answer);
        names.set(answer, name);
        if (names.size > mostNames) names.delete(names.keys().next().value as string);
      }
    },
  };
}
