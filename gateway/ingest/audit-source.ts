import type { NotCovered } from '../../detections/engine/not-covered.ts';
import type { GapReason } from '../../graph/model/observation.ts';
import type { Records } from '../../graph/records/port.ts';

/** How it stands with a source of audit events of a cluster. Times are RFC 3339. */
export interface AuditSourceState {
  /** As the settings name it. */
  readonly address: string;
  /** When whoever follows it was last there. */
  readonly heardAt: string;
  /** Why it cannot be read; null while it can. */
  readonly failing: { readonly reason: GapReason; readonly message: string; readonly since: string } | null;
  /** What could not be read of what it holds; null where everything could. */
  readonly unread: {
    readonly count: number;
    readonly first: string;
    readonly last: string;
    /** Of the last one. */
    readonly message: string;
  } | null;
  /** The detections that what it delivers does not cover. */
  readonly notCovered: readonly NotCovered[];
}

/** How long a source that nobody follows any more is remembered. */
const forgottenMs = 24 * 3_600_000;

function nameOf(cluster: string): string {
  return `audit-sources ${cluster}`;
}

/** The sources of a cluster that are followed, or were within a day. */
export async function auditSources(
  records: Pick<Records, 'value'>,
  tenant: string,
  cluster: string,
): Promise<readonly AuditSourceState[]> {
  const text = await records.value(tenant, nameOf(cluster));
  const states = text === null ? [] : (JSON.parse(text) as readonly AuditSourceState[]);
  return states.filter(({ heardAt }) => Date.parse(heardAt) > Date.now() - forgottenMs);
}

/** Keeps the states of sources, those of a cluster together. */
export interface AuditSourceRecords {
  put(cluster: string, state: AuditSourceState): Promise<void>;
}

export function auditSourceRecords(records: Pick<Records, 'value' | 'putValue'>, tenant: string): AuditSourceRecords {
  let last: Promise<unknown> = Promise.resolve();
  return {
    put(cluster, state) {
      const work = last.then(async () => {
        const others = (await auditSources(records, tenant, cluster)).filter(
          ({ address }) => address !== state.address,
        );
        await records.putValue(tenant, nameOf(cluster), JSON.stringify([...others, state]));
      });
      last = work.catch(() => undefined);
      return work;
    },
  };
}
