import { stringify } from 'yaml';
import type { Source, Value } from '../engine/fields/field.ts';
import { sources } from '../engine/fields/sources.ts';
import { loadRules } from '../engine/load.ts';
import type { Alert } from '../engine/rule.ts';
import { macros } from '../rules/macros.ts';
import type { Behaviour } from './define.ts';
import { Baseline, type BaselineState } from './watch.ts';

/** Behavioural detections over the events of both sources. */
export interface Behaviours {
  readonly alerts: <Name extends keyof typeof sources>(source: Name, event: EventOf<Name>) => readonly Alert[];
  /** What has been learnt, by the name of the detection: JSON, to be given back later. */
  readonly state: () => Readonly<Record<string, BaselineState>>;
}

type EventOf<Name extends keyof typeof sources> = (typeof sources)[Name] extends Source<infer E> ? E : never;

/**
 * @param learnSeconds how long an identity is watched before anything of it is told
 */
export function createBehaviours(
  all: readonly Behaviour[],
  learnSeconds: number,
  state: Readonly<Record<string, BaselineState>> = {},
): Behaviours {
  const { engines, problems } = loadRules([{ name: 'detections/baselines', text: rulesOf(all) }]);
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`${problem.item}: ${problem.message}`);
  const watched = new Map(
    all.map((behaviour) => [
      behaviour.name,
      { behaviour, baseline: new Baseline(behaviour.measure, learnSeconds, undefined, state[behaviour.name]) },
    ]),
  );

  function alertsOf<E>(source: Source<E>, matched: readonly string[], event: E): readonly Alert[] {
    const time = source.time(event);
    const seconds = Date.parse(time) / 1000;
    if (Number.isNaN(seconds)) return [];
    const read = (name: string): Value | undefined => source.field(name)?.getter(null)(event, 0);
    return matched.flatMap((name) => {
      const found = watched.get(name);
      if (found === undefined) return []; // the rule that measures, which its fellow asks for
      const { behaviour, baseline } = found;
      const { measure } = behaviour;
      const identity = textOf(behaviour.identity, read);
      if (identity === null) return [];
      const measured = matched.includes(measuring(name))
        ? textOf(measure.kind === 'burst' ? measure.of : measure.feature, read)
        : null;
      const peers = measure.kind === 'burst' || measure.peers === null ? null : textOf([measure.peers], read);
      const anomaly = baseline.take(identity, measured, peers, seconds);
      if (anomaly === null) return [];
      const output = `${name} (who=${identity} what=${measured} expected: ${anomaly.expected}; seen: ${anomaly.seen})`;
      const names = [...behaviour.identity, ...(measure.kind === 'burst' ? measure.of : measure.feature)];
      const fields = Object.fromEntries(names.map((field) => [field, read(field) ?? null]));
      const techniques = behaviour.attack.map(({ id }) => id);
      return [
        {
          rule: name,
          severity: behaviour.severity,
          techniques,
          time,
          output,
          fields: { ...fields, 'baseline.expected': anomaly.expected, 'baseline.seen': anomaly.seen },
        },
      ];
    });
  }

  return {
    alerts(source, event) {
      // Of each pair source and event, only the one of that source is looked at.
      if (source === 'syscall') {
        const own = event as EventOf<'syscall'>;
        return alertsOf(
          sources.syscall,
          engines.syscall.match(own).map(({ name }) => name),
          own,
        );
      }
      const own = event as EventOf<'k8s_audit'>;
      return alertsOf(
        sources.k8s_audit,
        engines.k8s_audit.match(own).map(({ name }) => name),
        own,
      );
    },
    state: () => Object.fromEntries([...watched].map(([name, { baseline }]) => [name, baseline.state])),
  };
}

function measuring(name: string): string {
  return `${name}: measured`;
}

/** Two rules of each: whose events make an identity known, and which of them are measured. */
function rulesOf(all: readonly Behaviour[]): string {
  const rule = (name: string, source: string, condition: string): object => ({
    rule: name,
    desc: name,
    source,
    condition: condition.replaceAll(/\s+/g, ' '),
    output: name,
    priority: 'NOTICE',
  });
  return stringify(
    [
      ...Object.entries(macros).map(([macro, condition]) => ({ macro, condition })),
      ...all.flatMap(({ name, source, learns, condition }) => [
        rule(name, source, learns),
        rule(measuring(name), source, `(${learns}) and (${condition})`),
      ]),
    ],
    { lineWidth: 0 },
  );
}

function textOf(names: readonly string[], read: (name: string) => Value | undefined): string | null {
  const values = names.map(read);
  if (values.every((value) => value === undefined)) return null;
  return values
    .map((value) => (value === undefined ? '-' : typeof value === 'object' ? value.join(',') : String(value)))
    .join(' ');
}
