import type { LabelRequirement, LabelSelector } from '../../../graph/model/label-selector.ts';
import type { Fields } from '../fields.ts';

const operators: readonly LabelRequirement['operator'][] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** A meta/v1 LabelSelector; one that is absent selects everything. */
export function labelSelector(selector: Fields): LabelSelector {
  const pairs = Array.from(
    selector.stringMap('matchLabels'),
    ([key, value]): LabelRequirement => ({ key, operator: 'In', values: [value] }),
  );
  const expressions = selector.list('matchExpressions').flatMap((expression): readonly LabelRequirement[] => {
    const key = expression.string('key');
    const name = expression.string('operator');
    const operator = operators.find((each) => each === name);
    if (key !== null && operator !== undefined) return [{ key, operator, values: expression.strings('values') }];
    expression.problem('operator', `must be one of ${operators.join(', ')}, with a key`);
    return [];
  });
  return [...pairs, ...expressions];
}

/** The selector in a field; null where there is none, and that means something else than everything. */
export function labelSelectorOrNull(parent: Fields, name: string): LabelSelector | null {
  return parent.has(name) ? labelSelector(parent.object(name)) : null;
}
