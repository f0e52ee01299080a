import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { arrowsOf, hasProperties, mapManifest, nodeOf } from '../testing/map-manifest.ts';

const rule = {
  operations: ['CREATE'],
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['pods'],
  resourceNames: [],
  scope: 'Namespaced',
};
const ruleYaml = `{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods], scope: Namespaced}`;
const unlabelled = [{ key: 'skip', operator: 'DoesNotExist', values: [] }];

describe('webhooks', () => {
  test('are nodes one by one, with what they look at and who answers, without certificates', () => {
    const mapped = mapManifest(
      'MutatingWebhookConfiguration',
      `metadata: {name: injector, uid: u1}
webhooks:
  - name: pods.example.com
    failurePolicy: Ignore
    clientConfig: {service: {namespace: infra, name: injector, path: /inject}, caBundle: c2VjcmV0}
    rules: [${ruleYaml}]
    namespaceSelector: {matchExpressions: [{key: skip, operator: DoesNotExist}]}
    matchConditions: [{name: a, expression: 'true'}]
  - name: away.example.com
    clientConfig: {url: 'https://policy.example.com/check', caBundle: c2VjcmV0}`,
    );
    const full = 'MutatingWebhookConfiguration/injector/pods.example.com';
    assert.deepEqual(
      mapped.record?.nodes.map(({ uid, name }) => [uid, name]),
      [
        ['u1/pods.example.com', full],
        ['u1/away.example.com', 'MutatingWebhookConfiguration/injector/away.example.com'],
      ],
    );
    hasProperties(nodeOf(mapped), {
      webhookKind: 'MutatingWebhookConfiguration',
      failurePolicy: 'Ignore',
      rules: [rule],
      namespaceSelector: unlabelled,
      objectSelector: [],
      conditional: true,
      service: 'Service/infra/injector',
      url: null,
    });
    hasProperties(nodeOf(mapped, 1), {
      failurePolicy: 'Fail',
      conditional: false,
      service: null,
      url: 'https://policy.example.com/check',
    });
    assert.deepEqual(arrowsOf(mapped), [`Webhook/${full} CALLS Service/infra/injector`]);
    assert.ok(!JSON.stringify(mapped.record).includes('c2VjcmV0'));
  });
});

describe('admission policies', () => {
  for (const kind of ['ValidatingAdmissionPolicy', 'MutatingAdmissionPolicy']) {
    test(`of kind ${kind} are applied by their bindings`, () => {
      const policy = mapManifest(
        kind,
        `spec: {failurePolicy: Ignore, matchConstraints: {resourceRules: [${ruleYaml}], excludeResourceRules: [${ruleYaml}], objectSelector: {matchExpressions: [{key: skip, operator: DoesNotExist}]}}}`,
      );
      assert.equal(nodeOf(policy).name, `${kind}/x`);
      hasProperties(nodeOf(policy), {
        policyKind: kind,
        failurePolicy: 'Ignore',
        rules: [rule],
        excludedRules: [rule],
        namespaceSelector: [],
        objectSelector: unlabelled,
        conditional: false,
      });
      const binding = mapManifest(
        `${kind}Binding`,
        'spec: {policyName: x, validationActions: [Deny, Audit], matchResources: {namespaceSelector: {matchLabels: {a: b}}}}',
      );
      hasProperties(nodeOf(binding), {
        bindingKind: `${kind}Binding`,
        policy: `AdmissionPolicy/${kind}/x`,
        validationActions: ['Deny', 'Audit'],
        namespaceSelector: [{ key: 'a', operator: 'In', values: ['b'] }],
      });
      assert.deepEqual(arrowsOf(binding), [
        `AdmissionPolicyBinding/${kind}Binding/x APPLIES AdmissionPolicy/${kind}/x`,
      ]);
    });
  }
});

describe('extensions of the API', () => {
  test('are API services of other servers; those of the API server itself are left out', () => {
    const mapped = mapManifest(
      'APIService',
      'spec: {service: {namespace: infra, name: metrics}, insecureSkipTLSVerify: true}',
    );
    hasProperties(nodeOf(mapped), { service: 'Service/infra/metrics', insecureSkipTlsVerify: true });
    assert.deepEqual(arrowsOf(mapped), ['ApiService/x CALLS Service/infra/metrics']);
    assert.deepEqual(mapManifest('APIService', 'spec: {group: apps}').record?.nodes, []);
  });

  test('are definitions of resources, by name and group alone', () => {
    const mapped = mapManifest('CustomResourceDefinition', 'metadata: {name: certificates.cert-manager.io}');
    hasProperties(nodeOf(mapped), { group: 'cert-manager.io', createdAt: null });
  });
});
