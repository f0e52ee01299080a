import type { FidelityPart } from '../../../collectors/audit/event.ts';
import type { Losses } from '../coverage.ts';
import type { FieldReference } from '../language/ast.ts';

/** Fields and JSON pointers by how they begin. */
interface Lost {
  readonly fields: readonly string[];
  readonly pointers: readonly string[];
}

const nothing: Lost = { fields: [], pointers: [] };
const podSpec = ['ka.req.pod.', 'ka.req.container.', 'ka.req.volume.'];

/** What cannot be read where a part of the record is missing. */
const lostWith: Readonly<Record<FidelityPart, Lost>> = {
  groups: { fields: ['ka.user.groups'], pointers: ['/user/groups'] },
  extra: { fields: [], pointers: ['/user/uid', '/user/extra'] },
  impersonatedUser: { fields: ['ka.impuser.'], pointers: ['/impersonatedUser'] },
  uri: { fields: ['ka.uri'], pointers: ['/requestURI'] },
  query: { fields: ['ka.uri.param'], pointers: [] },
  code: { fields: ['ka.response.'], pointers: ['/responseStatus'] },
  // What a pod runs as is read from the answer, too, where the request does not say.
  requestObject: {
    fields: ['ka.req.binding.', 'ka.req.configmap.obj', 'ka.req.role.', 'ka.req.service.'],
    pointers: ['/requestObject'],
  },
  responseObject: { fields: ['ka.resp.'], pointers: ['/responseObject'] },
  podSpec: { fields: podSpec, pointers: [] },
  stage: nothing,
  level: nothing,
  record: nothing,
};

/** What rules cannot read of events that lack parts, and of which there are none with some verbs. */
export function auditLosses({
  parts,
  verbs,
}: {
  readonly parts: readonly FidelityPart[];
  readonly verbs: readonly string[];
}): Losses {
  const lost = parts.map((part) => lostWith[part]);
  if (parts.includes('requestObject') && parts.includes('responseObject')) lost.push(lostWith.podSpec);
  const fields = lost.flatMap((each) => each.fields);
  const pointers = lost.flatMap((each) => each.pointers);
  const never = new Set(verbs);
  return {
    lacks: ({ name, argument }: FieldReference) => {
      if (/^(jevt|json)\.value$/.test(name)) return pointers.some((pointer) => argument?.startsWith(pointer));
      return fields.some((field) => (field.endsWith('.') ? name.startsWith(field) : name === field));
    },
    never: new Map([
      ['ka.verb', never],
      ['ka.action', never],
    ]),
  };
}
