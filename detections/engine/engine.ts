import { type Index, type Indexed, indexed } from './compile/by-value.ts';
import { distinguished, type Known } from './compile/known.ts';
import { checksOf, planner } from './compile/plan.ts';
import type { Predicate } from './compile/predicate.ts';
import type { Getter, Source } from './fields/field.ts';
import { type Alert, alertOf, type Rule } from './rule.ts';

/** Rules over the events of one source. */
export interface Engine<E> {
  readonly rules: readonly Rule<E>[];
  /** The rules that an event fulfils, all of them. A miss makes no garbage. */
  readonly match: (event: E) => readonly Rule<E>[];
  /** The alerts of an event: match, with the output of each rule. */
  readonly alerts: (event: E) => readonly Alert[];
}

/** The rules that an event of a kind can fulfil, with what is left to ask, and of which events. */
interface Plan<E> extends Indexed<E> {
  readonly rules: readonly Rule<E>[];
  readonly predicates: readonly Predicate<E>[];
}

const nothing: readonly never[] = [];
/** A value of an index field that no rule names; no value is this. */
const other = '\u0000';
/** Turns are small integers, which cost nothing to keep. */
const lastTurn = 2 ** 30;

/**
 * Makes an engine of rules. They are found by the source's index fields (`evt.type`): for each combination of values that
 * rules name, conditions are simplified by it, when it is first seen. What comes out false falls away, so that this is exact,
 * under `not` as well. Of the others, a condition is asked only where the event has a value that it needs (by-value.ts).
 */
export function createEngine<E>(source: Source<E>, all: readonly Rule<E>[]): Engine<E> {
  const rules = all.filter(({ enabled }) => enabled);
  const { plan } = planner(source);
  const index = source.index.map((name) => ({ name, get: getterOf(source, name), values: valuesOf(rules, name) }));
  const plans = new Map<string | undefined, unknown>();
  let turn = 0;

  function makePlan(known: Known): Plan<E> {
    const possible = plan(
      rules.map(({ condition }) => condition),
      known,
    );
    return {
      rules: possible.map(({ at }) => rules[at] as Rule<E>),
      predicates: possible.map(({ predicate }) => predicate),
      ...indexed(possible.map(({ needed }) => needed)),
    };
  }

  function planFor(event: E): Plan<E> {
    let level: Map<string | undefined, unknown> = plans;
    for (let at = 0; at < index.length; at++) {
      const { get, values } = index[at] as (typeof index)[number];
      const found = get(event, turn) as string | undefined;
      const value = found === undefined || values.has(found) ? found : other;
      let next = level.get(value);
      if (next === undefined) {
        next = at < index.length - 1 ? new Map() : makePlan(knownOf(event));
        level.set(value, next);
      }
      level = next as Map<string | undefined, unknown>;
    }
    return level as unknown as Plan<E>;
  }

  function knownOf(event: E): Known {
    return new Map(
      index.map(({ name, get, values }) => {
        const found = get(event, turn) as string | undefined;
        return [name, found === undefined || values.has(found) ? found : other];
      }),
    );
  }

  /** Those that it fulfils, behind those that it was seen to fulfil already. */
  function asked(
    event: E,
    conditions: readonly number[],
    predicates: readonly Predicate<E>[],
    before: number[] | undefined,
  ): number[] | undefined {
    let matched = before;
    for (let each = 0; each < conditions.length; each++) {
      const at = conditions[each] as number;
      if (!(predicates[at] as Predicate<E>)(event, turn)) continue;
      matched ??= [];
      matched.push(at);
    }
    return matched;
  }

  function match(event: E): readonly Rule<E>[] {
    turn = turn === lastTurn ? 1 : turn + 1;
    const { rules, predicates, indexes, always } = planFor(event);
    let matched = asked(event, always, predicates, undefined);
    for (let each = 0; each < indexes.length; each++) {
      const { get, byValue } = indexes[each] as Index<E>;
      const value = get(event, turn);
      const under = value === undefined ? undefined : byValue.get(value);
      if (under !== undefined) matched = asked(event, under, predicates, matched);
    }
    if (matched === undefined) return nothing;
    return matched.sort((one, other) => one - other).map((at) => rules[at] as Rule<E>);
  }

  return {
    rules: all,
    match,
    alerts(event) {
      const matched = match(event);
      return matched.length === 0 ? nothing : matched.map((rule) => alertOf(rule, event, turn, source));
    },
  };
}

function getterOf<E>(source: Source<E>, name: string): Getter<E> {
  const field = source.field(name);
  if (field === undefined) throw new Error(`${source.name} has no field ${name} to index by`);
  return field.getter(null);
}

function valuesOf<E>(rules: readonly Rule<E>[], field: string): ReadonlySet<string> {
  return new Set(
    rules.flatMap(({ condition }) => [...checksOf(condition)].flatMap((check) => distinguished(check, field))),
  );
}
