import { ref } from '../../../graph/model/ref.ts';
import type { Facts, ObjectKind } from '../kind.ts';
import type { KubernetesObject } from '../object.ts';
import { admissionGroup, admissionRules, admissionSelectors } from './admission-rules.ts';

/** What it looks at and whether it must hold, not the expressions themselves. */
function policy(policyKind: string, { uid, name, createdAt, fields }: KubernetesObject): Facts {
  const spec = fields.object('spec');
  const constraints = spec.object('matchConstraints');
  return {
    nodes: [
      {
        kind: 'AdmissionPolicy',
        uid,
        namespace: null,
        name: `${policyKind}/${name}`,
        properties: {
          createdAt,
          policyKind,
          failurePolicy: spec.string('failurePolicy') ?? 'Fail',
          rules: admissionRules(constraints, 'resourceRules'),
          excludedRules: admissionRules(constraints, 'excludeResourceRules'),
          ...admissionSelectors(constraints),
          conditional: spec.list('matchConditions').length > 0,
        },
      },
    ],
    relationships: [],
  };
}

function binding(policyKind: string, { uid, name, createdAt, fields }: KubernetesObject): Facts {
  const spec = fields.object('spec');
  const bindingKind = `${policyKind}Binding`;
  const matched = spec.object('matchResources');
  const to = ref('AdmissionPolicy', null, `${policyKind}/${spec.string('policyName') ?? ''}`);
  const own = `${bindingKind}/${name}`;
  return {
    nodes: [
      {
        kind: 'AdmissionPolicyBinding',
        uid,
        namespace: null,
        name: own,
        properties: {
          createdAt,
          bindingKind,
          policy: to,
          validationActions: spec.strings('validationActions'),
          rules: admissionRules(matched, 'resourceRules'),
          excludedRules: admissionRules(matched, 'excludeResourceRules'),
          ...admissionSelectors(matched),
        },
      },
    ],
    relationships: [{ kind: 'APPLIES', from: ref('AdmissionPolicyBinding', null, own), to }],
  };
}

const of = (policyKind: string, resource: string): readonly ObjectKind[] => {
  const at = {
    group: admissionGroup,
    version: 'v1',
    namespaced: false,
  } as const;
  return [
    { ...at, kind: policyKind, resource: `${resource}ies`, map: (object) => policy(policyKind, object) },
    {
      ...at,
      kind: `${policyKind}Binding`,
      resource: `${resource}ybindings`,
      map: (object) => binding(policyKind, object),
    },
  ];
};

/** Kubernetes has the validating ones since 1.26, the mutating ones since 1.32. */
export const admissionPolicies: readonly ObjectKind[] = [
  ...of('ValidatingAdmissionPolicy', 'validatingadmissionpolic'),
  ...of('MutatingAdmissionPolicy', 'mutatingadmissionpolic'),
];
