import { createHash } from 'node:crypto';
import type { Value } from '../engine/fields/field.ts';
import type { Alert } from '../engine/rule.ts';

export type CorrelationType = 'event_count' | 'value_count' | 'temporal' | 'temporal_ordered';

/** A rule over what other rules find, within a window of time. */
export interface Correlation {
  readonly title: string;
  readonly severity: Alert['severity'];
  readonly techniques: readonly string[];
  readonly author: string | null;
  readonly type: CorrelationType;
  /** Titles of rules; for temporal_ordered, in their order. */
  readonly rules: readonly string[];
  /** How to read each field by which events belong together, of an event that a rule found. */
  readonly groupBy: readonly { readonly name: string; readonly of: (rule: string) => string }[];
  readonly windowMs: number;
  /** From how many on it holds; of temporal ones, the number of rules. */
  readonly least: number;
  /** What value_count counts. */
  readonly counted: ((rule: string) => string) | null;
  /** Whether what the rules find is told of, too. */
  readonly generate: boolean;
}

/** What is kept of a group: times, by position in a rule order, or by value. */
interface Group {
  readonly times: Map<string, number>;
  next: number;
}

/** Groups of one correlation that are remembered at once: those that were longest without an event go first. */
export const mostGroups = 10_000;
const longestKey = 200;

export interface Correlator {
  /** Takes an event that a rule found; the alert where the correlation holds with it. */
  readonly observe: (
    rule: string,
    timeMs: number,
    time: string,
    read: (field: string) => Value | undefined,
  ) => Alert | null;
  /** Groups that were forgotten for want of room. */
  readonly forgotten: () => number;
}

/** Watches what rules find and says when a correlation holds. Time is that of the events. */
export function correlator(correlation: Correlation): Correlator {
  const { title, severity, techniques, author, type, rules, groupBy, windowMs, least, counted } = correlation;
  const groups = new Map<string, Group>();
  let forgotten = 0;

  function groupOf(key: string): Group {
    const group = groups.get(key) ?? { times: new Map(), next: 0 };
    groups.delete(key);
    groups.set(key, group);
    if (groups.size > mostGroups) {
      groups.delete(groups.keys().next().value as string);
      forgotten++;
    }
    return group;
  }

  /** The times that hold the correlation up, or null. */
  function held(group: Group, rule: string, timeMs: number, value: string | null): readonly number[] | null {
    const { times } = group;
    if (type === 'temporal_ordered') return orderHeld(times, rule, timeMs);
    for (const [key, at] of times) if (at < timeMs - windowMs) times.delete(key);
    const key = type === 'event_count' ? `${group.next++}` : type === 'temporal' ? rule : (value as string);
    times.delete(key);
    times.set(key, timeMs);
    return times.size >= least ? [...times.values()] : null;
  }

  /** For each rule of the order, the latest start of a run that has come as far. */
  function orderHeld(starts: Map<string, number>, rule: string, timeMs: number): readonly number[] | null {
    for (let at = rules.length - 1; at >= 0; at--) {
      if (rules[at] !== rule) continue;
      const start = at === 0 ? timeMs : starts.get(`${at - 1}`);
      if (start === undefined || timeMs - start > windowMs) continue;
      if (at === rules.length - 1) return [start, timeMs];
      starts.set(`${at}`, start);
    }
    return null;
  }

  return {
    forgotten: () => forgotten,
    observe(rule, timeMs, time, read) {
      if (!rules.includes(rule) || Number.isNaN(timeMs)) return null;
      const values = groupBy.map(({ of }) => valueText(read(of(rule))));
      // What has no value for the group belongs to none, and what cannot be counted is not.
      if (values.some((value) => value === null)) return null;
      const value = counted === null ? null : valueText(read(counted(rule)));
      if (counted !== null && value === null) return null;
      const group = groupOf(shortened(JSON.stringify(values)));
      const times = held(group, rule, timeMs, value === null ? null : shortened(value));
      if (times === null) return null;
      group.times.clear(); // told once; it begins anew
      const first = new Date(Math.min(...times)).toISOString();
      const fields: Record<string, Value | null> = Object.fromEntries(
        groupBy.map(({ name }, index) => [name, values[index] ?? null]),
      );
      fields['correlation.rules'] = [...new Set(rules)];
      fields['correlation.first'] = first;
      const what = {
        event_count: 'events',
        value_count: 'values',
        temporal: 'rules',
        temporal_ordered: 'rules in order',
      };
      const count = type.startsWith('temporal') ? rules.length : times.length;
      fields['correlation.count'] = count;
      const by = groupBy.map(({ name }, index) => ` ${name}=${values[index]}`).join('');
      const output = `${title} (${count} ${what[type]} within ${windowMs / 1000} s since ${first}${by}${author === null ? '' : ` author=${author}`})`;
      return { rule: title, severity, techniques, time, output, fields };
    },
  };
}

function valueText(value: Value | undefined): string | null {
  if (value === undefined) return null;
  return typeof value === 'object' ? value.join(',') : String(value);
}

function shortened(key: string): string {
  return key.length <= longestKey ? key : createHash('sha256').update(key).digest('base64');
}
