import { createEngine, type Engine } from './engine/engine.ts';
import type { Source, Value } from './engine/fields/field.ts';
import { sources } from './engine/fields/sources.ts';
import { type LoadedRules, loadRules, type RuleFile } from './engine/load.ts';
import { type Correlation, type Correlator, correlator } from './sigma/correlation.ts';
import { isSigma, loadSigma } from './sigma/load.ts';

export interface LoadedDetections extends LoadedRules {
  /** Those of Sigma: over what rules find. */
  readonly correlations: readonly Correlation[];
}

/** Reads rule files of Falco and of Sigma; the rules of both are evaluated together. Correlations keep state. */
export function loadDetections(files: readonly RuleFile[]): LoadedDetections {
  const falco = loadRules(files.filter((file) => !isSigma(file)));
  const sigmaFiles = files.filter(isSigma);
  if (sigmaFiles.length === 0) return { ...falco, correlations: [] };
  const sigma = loadSigma(sigmaFiles);
  // One for both sources: what happens on a node and what is asked of the API may belong together.
  const watching = sigma.correlations.map((correlation) => ({ ...correlation, ...correlator(correlation) }));
  const { syscall, k8s_audit: audit } = falco.engines;
  return {
    engines: {
      syscall: correlating(
        createEngine(sources.syscall, [...syscall.rules, ...sigma.syscall]),
        sources.syscall,
        watching,
      ),
      k8s_audit: correlating(
        createEngine(sources.k8s_audit, [...audit.rules, ...sigma.k8s_audit]),
        sources.k8s_audit,
        watching,
      ),
    },
    rules: [...falco.rules, ...sigma.syscall, ...sigma.k8s_audit],
    correlations: sigma.correlations,
    refused: [...falco.refused, ...sigma.refused],
    problems: [...falco.problems, ...sigma.problems],
  };
}

/** An engine that tells of correlations as well, and of the rules in them only where one of them asks for that. */
function correlating<E>(
  engine: Engine<E>,
  source: Source<E>,
  correlations: readonly (Correlation & Correlator)[],
): Engine<E> {
  if (correlations.length === 0) return engine;
  const rulesOf = (told: boolean): readonly string[] =>
    correlations.filter(({ generate }) => generate === told).flatMap(({ rules }) => rules);
  const told = new Set(rulesOf(true));
  const silent = new Set(rulesOf(false).filter((rule) => !told.has(rule)));
  return {
    ...engine,
    alerts(event) {
      const alerts = engine.alerts(event);
      if (alerts.length === 0) return alerts;
      const time = source.time(event);
      const read = (field: string): Value | undefined => {
        const [, name = '', argument = null] = /^([^[]+)(?:\[(.*)\])?$/.exec(field) ?? [];
        const found = source.field(name);
        return (found?.shown ?? found?.getter)?.(argument)(event, 0);
      };
      const found = alerts.flatMap(({ rule }) =>
        correlations.flatMap(({ observe }) => observe(rule, Date.parse(time), time, read) ?? []),
      );
      return [...alerts.filter(({ rule }) => !silent.has(rule)), ...found];
    },
  };
}
