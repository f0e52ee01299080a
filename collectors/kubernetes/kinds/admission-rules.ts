import type { AdmissionRule } from '../../../graph/model/admission-rule.ts';
import type { LabelSelector } from '../../../graph/model/label-selector.ts';
import type { Fields } from '../fields.ts';
import { labelSelector } from './label-selector.ts';

export const admissionGroup = 'admissionregistration.k8s.io';

/** The rules in a field. */
export function admissionRules(parent: Fields, name: string): readonly AdmissionRule[] {
  return parent.list(name).map((rule) => ({
    operations: rule.strings('operations'),
    apiGroups: rule.strings('apiGroups'),
    apiVersions: rule.strings('apiVersions'),
    resources: rule.strings('resources'),
    resourceNames: rule.strings('resourceNames'),
    scope: rule.string('scope') ?? '*',
  }));
}

/** Which objects are looked at: webhooks, policies and bindings say it in the same two fields. */
export function admissionSelectors(parent: Fields): {
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
} {
  return {
    namespaceSelector: labelSelector(parent.object('namespaceSelector')),
    objectSelector: labelSelector(parent.object('objectSelector')),
  };
}
