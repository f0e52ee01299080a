import type { YamlItem, YamlValue } from '../engine/files/yaml-item.ts';
import { LeftOutError } from '../engine/problem.ts';
import { severityOf, techniquesOf } from '../engine/severity.ts';
import type { Correlation, CorrelationType } from './correlation.ts';
import { readHeading } from './read-rule.ts';

const types: readonly CorrelationType[] = ['event_count', 'value_count', 'temporal', 'temporal_ordered'];
const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const mostCounted = 10_000;

/** What a correlation may refer to: by title, name or id. */
export interface Referred {
  readonly title: string;
  /** How the engine calls a field of the rule's events; undefined where it has none of the name. */
  readonly field: (name: string) => string | undefined;
}

/**
 * @param leftOut the names of rules that were left out
 * @throws RuleError LeftOutError
 */
export function readCorrelation(
  item: YamlItem,
  rules: ReadonlyMap<string, Referred>,
  leftOut: ReadonlySet<string>,
): Correlation {
  const { title, priority, tags, author } = readHeading(item);
  const map = item.need('correlation').map();
  const typeText = map.need('type').text();
  const type =
    types.find((known) => known === typeText) ??
    map.need('type').fail(`‘${typeText}’ is no correlation: expected one of ${types.join(', ')}`);
  const referred = referredRules(map.need('rules'), rules, leftOut);
  const aliases = map.get('aliases')?.map();
  const condition = map.get('condition')?.map();
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  if (condition === undefined && !temporal) map.need('condition');
  const groupBy = map.get('group-by');
  return {
    title,
    severity: severityOf(priority),
    techniques: techniquesOf(tags),
    author,
    type,
    rules: referred.map((rule) => rule.title),
    groupBy: (groupBy?.list() ?? []).map((value) => ({ name: value.text(), of: reading(value) })),
    windowMs: timespan(map.need('timespan')),
    least: temporal ? new Set(referred).size : threshold(condition as YamlItem),
    counted: type === 'value_count' ? reading((condition as YamlItem).need('field')) : null,
    generate: (item.get('generate') ?? map.get('generate'))?.boolean() ?? false,
  };

  function reading(value: YamlValue): (rule: string) => string {
    const name = value.text();
    const alias = aliases?.get(name)?.map();
    const fields = new Map(
      referred.map((rule) => {
        const keys = [...rules].filter(([, other]) => other === rule).map(([key]) => key);
        const key = alias === undefined ? undefined : keys.find((known) => alias.has(known));
        if (alias !== undefined && key === undefined) value.fail(`the alias ‘${name}’ says nothing of ‘${rule.title}’`);
        const own = key === undefined ? name : (alias as YamlItem).need(key).text();
        const field = rule.field(own) ?? value.fail(`unknown field ‘${own}’ for the events of ‘${rule.title}’`);
        return [rule.title, field] as const;
      }),
    );
    return (rule) => fields.get(rule) as string;
  }
}

function referredRules(
  value: YamlValue,
  rules: ReadonlyMap<string, Referred>,
  leftOut: ReadonlySet<string>,
): readonly Referred[] {
  const all = (value.isList ? value.list() : [value]).map((one) => {
    const name = one.text();
    if (leftOut.has(name))
      throw new LeftOutError(`the rule ‘${name}’ is left out, and with it what counts on it`, one.mark);
    return rules.get(name) ?? one.fail(`there is no rule ‘${name}’ (by name, id or title) in these files`);
  });
  return all.length === 0 ? value.fail('‘rules’ names no rule') : all;
}

function timespan(value: YamlValue): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(value.text()) ?? [];
  if (count === undefined) return value.fail(`‘${value.text()}’ is no timespan: expected such as 30s, 5m, 1h or 7d`);
  return Number(count) * (seconds[unit] as number) * 1000;
}

/** From how many on: whatever holds only below a number is not known before the window is over, which no event tells. */
function threshold(condition: YamlItem): number {
  const [name, more] = condition.keys.filter((key) => key !== 'field');
  const adds: Readonly<Record<string, number>> = { gte: 0, gt: 1, eq: 0 };
  const add = name === undefined ? undefined : adds[name];
  if (name === undefined || add === undefined || more !== undefined)
    return condition.fail(
      'expected one of gte, gt and eq: when less is counted is not known before the window is over',
    );
  const count = Number(condition.need(name).text()) + add;
  if (!Number.isInteger(count) || count < 1 || count > mostCounted)
    condition.need(name).fail(`expected a number from 1 to ${mostCounted}`);
  return count;
}
