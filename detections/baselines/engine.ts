import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { Source, Value } from '../engine/fields/field.ts';
import { sources } from '../engine/fields/sources.ts';
import { loadRules } from '../engine/load.ts';
import type { Alert } from '../engine/rule.ts';
import { macros } from '../rules/macros.ts';
import type { Behaviour } from './define.ts';
import { Baseline, type Learnt, type Limits, usualLimits } from './watch.ts';

/** Behavioural detections over the events of both sources. */
export interface Behaviours {
  readonly alerts: <Name extends keyof typeof sources>(source: Name, event: EventOf<Name>) => readonly Alert[];
  /** Takes in what others learnt of the same, beside it; what only this one knows of it is a change. */
  readonly merge: (learnt: readonly Entry[]) => void;
  /** What has been learnt or forgotten since this was asked last. */
  readonly changes: () => readonly Entry[];
}

/** What is kept of something learnt: a short key, and JSON; null where it was forgotten. */
export interface Entry {
  readonly key: string;
  readonly value: string | null;
}

export interface BehaviourOptions {
  /** How long an identity is watched before anything of it is told. */
  readonly learnSeconds: number;
  /** Those of each detection. */
  readonly limits?: Limits;
  /** What was kept, in any order. What a detection that there is no more had learnt is forgotten. */
  readonly learnt?: readonly Entry[];
}

type EventOf<Name extends keyof typeof sources> = (typeof sources)[Name] extends Source<infer E> ? E : never;

export function createBehaviours(
  all: readonly Behaviour[],
  { learnSeconds, limits = usualLimits, learnt = [] }: BehaviourOptions,
): Behaviours {
  const { engines, problems } = loadRules([{ name: 'detections/baselines', text: rulesOf(all) }]);
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`${problem.item}: ${problem.message}`);
  const keptOf = byMark(learnt);
  const watched = new Map(
    all.map((behaviour) => {
      const mark = markOf(behaviour);
      const kept = (keptOf.get(mark) ?? []).flatMap(parsed);
      keptOf.delete(mark);
      return [
        behaviour.name,
        { behaviour, mark, baseline: new Baseline(behaviour.measure, learnSeconds, limits, kept) },
      ];
    }),
  );
  let outdated = Array.from(keptOf.values(), (entries) => entries.map(({ key }) => ({ key, value: null }))).flat();

  function alertsOf<E>(source: Source<E>, matched: readonly string[], event: E): readonly Alert[] {
    const time = source.time(event);
    const seconds = Date.parse(time) / 1000;
    if (Number.isNaN(seconds)) return [];
    const read = (name: string): Value | undefined => {
      const field = source.field(name);
      return (field?.shown ?? field?.getter)?.(null)(event, 0);
    };
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
    merge(learnt) {
      const theirs = byMark(learnt);
      for (const { mark, baseline } of watched.values()) baseline.merge((theirs.get(mark) ?? []).flatMap(parsed));
    },
    changes() {
      const changed = [...watched.values()].flatMap(({ mark, baseline }) =>
        baseline.changes().map((each) => ({
          key: `${mark}.${each[0]}.${shortHash(each[1], 22)}`,
          value: each.length === 2 ? null : JSON.stringify(each),
        })),
      );
      const all = [...outdated, ...changed];
      outdated = [];
      return all;
    },
  };
}

/** Stands for what a detection measures: what was learnt by another measure means nothing to it. */
function markOf({ name, learns, condition, identity, measure }: Behaviour): string {
  return shortHash(JSON.stringify([name, learns, condition, identity, measure]), 11);
}

function byMark(entries: readonly Entry[]): Map<string, readonly Entry[]> {
  return Map.groupBy(entries, ({ key }) => key.slice(0, key.indexOf('.')));
}

function parsed({ value }: Entry): readonly Learnt[] {
  return value === null ? [] : [JSON.parse(value) as Learnt];
}

/** 6 bits a character. */
function shortHash(text: string, characters: number): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, characters);
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
