import { createHash } from 'node:crypto';
import type { Alert } from '../engine/rule.ts';
import type { Severity } from '../engine/severity.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/** https://schema.ocsf.io/1.8.0/classes/detection_finding */
export const ocsfVersion = '1.8.0';
const detectionFinding = 2004;
const findings = 2;
const create = 1;

const severityIds: Readonly<Record<Severity, number>> = {
  INFORMATIONAL: 1,
  LOW: 2,
  MEDIUM: 3,
  HIGH: 4,
  CRITICAL: 5,
};

/**
 * An alert as a Detection Finding of OCSF, of the activity Create. Fields that the schema has no place for stand in `unmapped`.
 *
 * @param attackVersion of ATT&CK, to which the ids of techniques belong
 */
export function ocsfFinding(alert: Alert, attackVersion: string): JsonObject {
  const { rule, severity, techniques, time, output, fields } = alert;
  const evidence = evidenceOf(alert);
  const resource = resourceOf(alert);
  const uid = createHash('sha256')
    .update(JSON.stringify([rule, time, output]))
    .digest('hex')
    .slice(0, 32);
  return {
    activity_id: create,
    category_uid: findings,
    class_uid: detectionFinding,
    type_uid: detectionFinding * 100 + create,
    severity_id: severityIds[severity],
    status_id: 1, // new
    time: Date.parse(time) || 0,
    message: output,
    is_alert: true,
    metadata: { version: ocsfVersion, product: { name: 'Portolan', vendor_name: 'Portolan' } },
    finding_info: {
      uid,
      title: rule,
      desc: output,
      analytic: { name: rule, uid: rule, type_id: 1 }, // a rule
      attacks: techniques.map((id) => attack(id, attackVersion)),
    },
    ...(Object.keys(evidence).length === 0 ? {} : { evidences: [evidence] }),
    ...(resource === undefined ? {} : { resources: [resource] }),
    unmapped: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value as Json])),
  };
}

/** The object that a request was about. */
function resourceOf({ fields }: Alert): JsonObject | undefined {
  const [type, name, namespace] = ['resource', 'name', 'namespace'].map((key) => fields[`ka.target.${key}`]);
  const texts = { type, name, namespace };
  return some(
    Object.fromEntries(
      Object.entries(texts).map(([key, value]) => [key, typeof value === 'string' ? value : undefined]),
    ),
  );
}

function attack(id: string, version: string): JsonObject {
  const [technique = id, sub] = id.split('.');
  return { version, technique: { uid: technique }, ...(sub === undefined ? {} : { sub_technique: { uid: id } }) };
}

/** What the fields say of process, file, container, connection, request and actor. */
function evidenceOf({ fields }: Alert): JsonObject {
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const number = (name: string): number | undefined => {
    const value = fields[name];
    return typeof value === 'number' ? value : undefined;
  };
  const file = (path: string | undefined): JsonObject | undefined =>
    path?.startsWith('/') ? { path, name: path.slice(path.lastIndexOf('/') + 1), type_id: 1 } : undefined;
  const user = text('ka.user.name') ?? text('user.name');
  const source = fields['ka.sourceips'];
  return present({
    process: some({
      name: text('proc.name'),
      cmd_line: text('proc.cmdline'),
      pid: number('proc.pid'),
      file: file(text('proc.exepath')),
      parent_process: some({ name: text('proc.pname'), cmd_line: text('proc.pcmdline'), pid: number('proc.ppid') }),
    }),
    file: file(text('fd.name')),
    container: some({
      uid: text('container.id'),
      pod_uuid: text('k8s.pod.uid'),
      image: some({ name: text('container.image.repository') }),
    }),
    actor: some({ user: some({ name: user }) }),
    src_endpoint: some({
      ip: text('fd.cip') ?? (Array.isArray(source) ? (source.at(-1) as string) : undefined),
      port: number('fd.cport'),
    }),
    dst_endpoint: some({ ip: text('fd.sip'), port: number('fd.sport') }),
    api: text('ka.verb') === undefined ? undefined : apiOf(text),
  });
}

function apiOf(text: (name: string) => string | undefined): JsonObject {
  const code = Number(text('ka.response.code') ?? Number.NaN);
  return present({
    operation: text('ka.verb'),
    response: Number.isNaN(code) ? undefined : { code },
    service: { name: 'Kubernetes API' },
  });
}

function present(object: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function some(object: Readonly<Record<string, Json | undefined>>): JsonObject | undefined {
  const given = present(object);
  return Object.keys(given).length === 0 ? undefined : given;
}
