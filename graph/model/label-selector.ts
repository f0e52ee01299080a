/** One requirement on labels, as in meta/v1 LabelSelectorRequirement. `values` is empty for Exists and DoesNotExist. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

/** A meta/v1 LabelSelector, with matchLabels written as In: all of it must hold, so that an empty one selects everything. */
export type LabelSelector = readonly LabelRequirement[];

/** Whether labels, each as key=value, fulfil a selector. NotIn holds where there is no such label, too. */
export function selectsLabels(selector: LabelSelector, labels: readonly string[]): boolean {
  return selector.every(({ key, operator, values }) => {
    if (operator === 'Exists' || operator === 'DoesNotExist') {
      return labels.some((label) => label.startsWith(`${key}=`)) === (operator === 'Exists');
    }
    return values.some((value) => labels.includes(`${key}=${value}`)) === (operator === 'In');
  });
}
