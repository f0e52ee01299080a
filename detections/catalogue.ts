import type { Behaviour } from './baselines/define.ts';
import type { Correlation } from './correlate/define.ts';
import type { Severity } from './engine/severity.ts';
import type { LoadedDetections } from './load.ts';

/** A detection of a running gateway, and whether what it needs is delivered. */
export interface Detection {
  readonly name: string;
  readonly kind: 'rule' | 'behaviour' | 'correlation';
  /** `syscall` for events of nodes, `k8s_audit` for those of API servers; null where it is about neither, or both. */
  readonly source: 'syscall' | 'k8s_audit' | null;
  readonly severity: Severity;
  /** ATT&CK ids. */
  readonly techniques: readonly string[];
  /** Whether it can fire: `partial` where it may fire too seldom or too often; see engine/coverage.ts. */
  readonly coverage: 'full' | 'partial' | 'none';
  /** Why it is not covered, in a sentence; null where it is. */
  readonly gap: string | null;
}

const off = 'It is switched off.';

/** Everything that is loaded, and what was meant to be, by name. */
export function catalogue(
  { rules, refused, correlations: ofSigma }: LoadedDetections,
  correlations: readonly Correlation[],
  behaviours: readonly { readonly behaviour: Behaviour; readonly isOn: boolean }[],
): readonly Detection[] {
  const own = (
    kind: Detection['kind'],
    { name, source, severity, attack }: Behaviour | Correlation,
    isOn = true,
  ): Detection => ({
    ...{ name, kind, source, severity },
    techniques: attack.map(({ id }) => id),
    coverage: isOn ? 'full' : 'none',
    gap: isOn ? null : off,
  });
  return [
    ...rules.map(({ name, source, severity, techniques, enabled, coverage: { state, missing } }): Detection => {
      const fields = missing.length === 0 ? null : `No event has ${missing.join(', ')}.`;
      return {
        name,
        kind: 'rule',
        source: source as Detection['source'],
        severity,
        techniques,
        coverage: enabled ? state : 'none',
        gap: enabled ? fields : off,
      };
    }),
    ...refused.map(({ name, source, severity, techniques, reason }): Detection => {
      const known = source === 'syscall' || source === 'k8s_audit' ? source : null;
      const gap = `It was refused: ${reason}.`;
      return { name, kind: 'rule', source: known, severity, techniques, coverage: 'none', gap };
    }),
    ...ofSigma.map(
      ({ title, severity, techniques }): Detection => ({
        name: title,
        kind: 'correlation',
        source: null,
        severity,
        techniques,
        coverage: 'full',
        gap: null,
      }),
    ),
    ...correlations.map((correlation) => own('correlation', correlation)),
    ...behaviours.map(({ behaviour, isOn }) => own('behaviour', behaviour, isOn)),
  ].sort((one, other) => (one.name < other.name ? -1 : 1));
}
