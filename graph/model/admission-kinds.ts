import type { AdmissionRule } from './admission-rule.ts';
import type { LabelSelector } from './label-selector.ts';
import { created, kind } from './node-kind.ts';
import { boolean, json, string, strings } from './property.ts';

/** Which requests admission control looks at; a webhook, an admission policy and its binding say it alike. */
const admission = {
  rules: json<readonly AdmissionRule[]>('The requests it looks at.'),
  namespaceSelector: json<LabelSelector>('The labels of the namespaces whose objects it looks at; empty for all.'),
  objectSelector: json<LabelSelector>('The labels of the objects that it looks at; empty for all.'),
} as const;

/** What stands between a request and what it changes, and what extends the API. */
export const admissionKinds = {
  Webhook: kind(
    'An admission webhook: the API server asks it before it stores what a request makes.',
    'configuration, webhook name',
    {
      ...created,
      webhookKind: string(
        'ValidatingWebhookConfiguration or MutatingWebhookConfiguration: only the latter changes objects. Its name begins with it.',
      ),
      failurePolicy: string('Fail, or Ignore: requests then pass while the webhook does not answer.'),
      ...admission,
      conditional: boolean('Whether matchConditions narrow it further.'),
      service: string('The readable name of the service that is asked, whether or not it exists.'),
      url: string('The address that is asked, where it is no service.'),
    },
  ),
  AdmissionPolicy: kind(
    'A ValidatingAdmissionPolicy or MutatingAdmissionPolicy: expressions by which the API server itself judges requests, once a binding applies it.',
    'cluster, UID',
    {
      ...created,
      policyKind: string('ValidatingAdmissionPolicy or MutatingAdmissionPolicy; its name begins with it.'),
      failurePolicy: string('Fail, or Ignore: requests then pass when an expression cannot be evaluated.'),
      ...admission,
      excludedRules: json<readonly AdmissionRule[]>('Requests among those that it leaves alone.'),
      conditional: boolean('Whether matchConditions narrow it further.'),
    },
  ),
  AdmissionPolicyBinding: kind('What applies an admission policy, and to which requests.', 'cluster, UID', {
    ...created,
    bindingKind: string('ValidatingAdmissionPolicyBinding or MutatingAdmissionPolicyBinding; its name begins with it.'),
    policy: string('The readable name of the policy, whether or not it exists.'),
    validationActions: strings('Deny, Warn, Audit: what happens to a request that does not pass.'),
    ...admission,
    excludedRules: json<readonly AdmissionRule[]>('Requests among those that it leaves alone.'),
  }),
  ApiService: kind(
    'A part of the API that another server answers for (APIService); those of the API server itself are left out.',
    'cluster, UID',
    {
      ...created,
      service: string('The readable name of the service that answers, whether or not it exists.'),
      insecureSkipTlsVerify: boolean(
        'Whether the API server takes the other server for what it says it is, unverified.',
      ),
    },
  ),
  CustomResourceDefinition: kind(
    'A kind of object that was added to the API: its name, not its schema.',
    'cluster, UID',
    {
      ...created,
      group: string('The API group of its objects.'),
    },
  ),
} as const;
