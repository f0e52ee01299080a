import type { NodeFact, RelationshipFact } from '../../../graph/model/observation.ts';
import { ref } from '../../../graph/model/ref.ts';
import type { Fields } from '../fields.ts';
import type { Facts, ObjectKind } from '../kind.ts';
import type { KubernetesObject } from '../object.ts';
import { admissionGroup, admissionRules, admissionSelectors } from './admission-rules.ts';

/** The service in a clientConfig, whose caBundle is not read. */
function serviceOf(config: Fields): string | null {
  const service = config.object('service');
  const name = service.string('name');
  return name === null ? null : ref('Service', service.string('namespace') ?? 'default', name);
}

/** A configuration is no node of its own: each of its webhooks is asked by itself, and has its own rules. */
function map(webhookKind: string, { uid, name, createdAt, fields }: KubernetesObject): Facts {
  const nodes: NodeFact<'Webhook'>[] = [];
  const relationships: RelationshipFact[] = [];
  for (const webhook of fields.list('webhooks')) {
    const own = webhook.string('name');
    if (own === null) continue;
    const service = serviceOf(webhook.object('clientConfig'));
    const full = `${webhookKind}/${name}/${own}`;
    nodes.push({
      kind: 'Webhook',
      uid: uid === null ? null : `${uid}/${own}`,
      namespace: null,
      name: full,
      properties: {
        createdAt,
        webhookKind,
        failurePolicy: webhook.string('failurePolicy') ?? 'Fail',
        rules: admissionRules(webhook, 'rules'),
        ...admissionSelectors(webhook),
        conditional: webhook.list('matchConditions').length > 0,
        service,
        url: webhook.object('clientConfig').string('url'),
      },
    });
    if (service !== null) relationships.push({ kind: 'CALLS', from: ref('Webhook', null, full), to: service });
  }
  return { nodes, relationships };
}

const of = (kind: string, resource: string): ObjectKind => ({
  kind,
  group: admissionGroup,
  version: 'v1',
  resource,
  namespaced: false,
  map: (object) => map(kind, object),
});

export const webhooks: readonly ObjectKind[] = [
  of('ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'),
  of('MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'),
];
