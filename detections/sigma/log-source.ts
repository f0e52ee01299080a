import type { YamlItem } from '../engine/files/yaml-item.ts';
import { LeftOutError } from '../engine/problem.ts';
import { kubernetesAudit, type LogSource, linux } from './fields.ts';

/**
 * Whose events a rule is about.
 *
 * @throws RuleError for what is no logsource, LeftOutError for one of which there are no events here
 */
export function readLogSource(item: YamlItem): LogSource {
  const value = item.need('logsource');
  const map = value.map();
  const [product, category, service] = ['product', 'category', 'service'].map((key) => map.get(key)?.text());
  if (product === undefined && category === undefined && service === undefined)
    map.fail('‘logsource’ needs one of product, category and service');
  if (product === 'kubernetes' && (service === undefined || service === 'audit')) return kubernetesAudit;
  const known = category === undefined ? undefined : linux[category];
  if ((product === undefined || product === 'linux') && service === undefined && known !== undefined) return known;
  const given = Object.entries({ product, category, service }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${value}`],
  );
  throw new LeftOutError(
    `there are no events of ${given.join(', ')} here: expected product: kubernetes with service: audit, or product: linux with one of the categories ${Object.keys(linux).join(', ')}; the rule is left out`,
    value.mark,
  );
}
