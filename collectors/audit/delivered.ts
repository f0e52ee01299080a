import type { AuditEvent, FidelityPart, Provider } from './event.ts';

/** What a source has not delivered: parts that none of its events had, and verbs of which it has told nothing. */
export interface NotDelivered {
  readonly parts: readonly FidelityPart[];
  readonly verbs: readonly string[];
}

/** What the events of a source have. */
export interface Delivery {
  take(event: AuditEvent): void;
  /** As far as so many events tell; before, what is known of the provider. */
  notDelivered(least?: number): NotDelivered;
}

interface Provided {
  readonly parts: readonly FidelityPart[];
  /** Verbs that it tells of only where that is switched on. */
  readonly verbs: readonly string[];
}

const everything: Provided = { parts: [], verbs: [] };

/** What each provider leaves out, whatever is switched on, and what it may leave out. */
const provided: Readonly<Record<Provider, Provided>> = {
  selfmanaged: everything,
  eks: everything,
  // kube-audit-admin has no reads.
  aks: { parts: [], verbs: ['get', 'list'] },
  arc: { parts: [], verbs: ['get', 'list'] },
  // Reads are Data Access logs.
  gke: { parts: ['groups', 'extra', 'query'], verbs: ['get', 'list', 'watch'] },
};

export const providers = Object.keys(provided) as readonly Provider[];

export function isProvider(name: string): name is Provider {
  return Object.hasOwn(provided, name);
}

/** Follows what a source delivers: an audit policy, too, may leave out what rules need. */
export function deliveryOf(provider: Provider): Delivery {
  const { parts, verbs } = provided[provider];
  const unseen = new Set(verbs);
  let missing: ReadonlySet<FidelityPart> | null = null;
  let taken = 0;
  return {
    take({ record, fidelity }) {
      taken++;
      unseen.delete(record.verb);
      if (missing === null) missing = new Set(fidelity.missing);
      else if (missing.size > 0) missing = missing.intersection(new Set(fidelity.missing));
    },
    notDelivered: (least = 1) => ({
      parts: missing === null || taken < least ? parts : [...missing],
      verbs: [...unseen],
    }),
  };
}
