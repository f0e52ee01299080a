import type { YamlItem } from '../engine/files/yaml-item.ts';
import { kubernetesAudit, type LogSource, linux } from './fields.ts';

/** A rule about events that no source of ours has: not wrong, and never true here. */
export interface Foreign {
  readonly foreign: string;
}

/**
 * Whose events a rule is about.
 *
 * @throws RuleError for what is no logsource
 */
export function readLogSource(item: YamlItem): LogSource | Foreign {
  const map = item.need('logsource').map();
  const [product, category, service] = ['product', 'category', 'service'].map((key) => map.get(key)?.text());
  if (product === undefined && category === undefined && service === undefined)
    map.fail('‘logsource’ needs one of product, category and service');
  if (product === 'kubernetes' && (service === undefined || service === 'audit')) return kubernetesAudit;
  const known = category === undefined ? undefined : linux[category];
  if ((product === undefined || product === 'linux') && service === undefined && known !== undefined) return known;
  const given = Object.entries({ product, category, service }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${value}`],
  );
  return {
    foreign: `there are no events of ${given.join(', ')} here: expected product: kubernetes with service: audit, or product: linux with one of the categories ${Object.keys(linux).join(', ')}; the rule is left out`,
  };
}
