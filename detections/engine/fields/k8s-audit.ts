import type { AuditEvent, AuditRecord, Json } from '../../../collectors/audit/event.ts';
import { containerFields } from './audit-containers.ts';
import { at, auditField, deep, everyText, isObject, jsonText, listOf, picked } from './audit-json.ts';
import type { Field, Getter, Source, Value } from './field.ts';

type Get = Getter<AuditEvent>;

/** A text at a path of the record. */
function own(name: string, ...path: readonly string[]): Field<AuditEvent> {
  const [first = '', second, third] = path;
  const get: Get =
    second === undefined
      ? ({ record }) => jsonText(record[first as keyof typeof record] as Json | undefined)
      : third === undefined
        ? ({ record }) => jsonText(at(record[first as keyof typeof record] as Json | undefined, second))
        : ({ record }) => jsonText(deep(record as unknown as Json, path));
  return auditField(name, false, 'none', () => get);
}

/** Texts of each rule of a role, or of the one that the index names. */
function ofRules(name: string, key: string): Field<AuditEvent> {
  return auditField(name, true, 'index', (index) => ({ record }) => {
    const rules = picked(at(record.requestObject, 'rules'), index);
    return listOf(rules?.flatMap((rule) => everyText(at(rule, key))));
  });
}

function subjects(name: string, show: (subject: Json) => string | undefined): Field<AuditEvent> {
  return auditField(name, true, 'none', () => ({ record }) => {
    const all = at(record.requestObject, 'subjects');
    return Array.isArray(all) ? listOf(all.map(show).filter((text) => text !== undefined)) : undefined;
  });
}

function subjectOf(kind: string, show: (subject: Json) => string | undefined): (subject: Json) => string | undefined {
  return (subject) => (at(subject, 'kind') === kind ? show(subject) : undefined);
}

function ofVolumes(name: string, show: (volume: Json) => readonly (string | undefined)[]): Field<AuditEvent> {
  return auditField(
    name,
    true,
    'index',
    (index) =>
      ({ derived }) =>
        listOf(picked(at(derived.podSpec ?? undefined, 'volumes'), index)?.flatMap(show)),
  );
}

function ofPod(name: string, ...path: readonly string[]): Field<AuditEvent> {
  return auditField(
    name,
    false,
    'none',
    () =>
      ({ derived }) =>
        jsonText(deep(derived.podSpec ?? undefined, path)),
  );
}

function hostPath(volume: Json): string | undefined {
  return jsonText(deep(volume, ['hostPath', 'path']));
}

function uriParameter(uri: string | undefined, name: string): string | undefined {
  const query = uri?.indexOf('?') ?? -1;
  if (uri === undefined || query === -1) return undefined;
  return new URLSearchParams(uri.slice(query + 1)).get(name) ?? undefined;
}

/** RFC 6901. */
function pointed(value: Json | undefined, pointer: string): Json | undefined {
  const path = pointer.replace(/^\//, '');
  if (path === '') return value;
  return deep(
    value,
    path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
  );
}

/** What a record may have; audit.k8s.io/v1. */
const recordKeys: ReadonlySet<string> = new Set<keyof AuditRecord>([
  ...(['level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'impersonatedUser', 'sourceIPs'] as const),
  ...(['userAgent', 'objectRef', 'responseStatus', 'requestObject', 'responseObject'] as const),
  ...(['requestReceivedTimestamp', 'stageTimestamp', 'annotations'] as const),
]);

/** A value anywhere in the record, by its JSON pointer. */
function pointedField(name: string): Field<AuditEvent> {
  const get = (pointer: string | null): Get => {
    return (event) => jsonText(pointed(whole(event), pointer ?? ''));
  };
  const delivered = (pointer: string | null): boolean => {
    const [first = ''] = (pointer ?? '').replace(/^\//, '').split('/');
    return first === '' || recordKeys.has(first);
  };
  return { ...auditField(name, false, 'required', get), delivered };
}

function whole(event: AuditEvent): Json {
  return event.record as unknown as Json;
}

const fields: readonly Field<AuditEvent>[] = [
  own('ka.auditid', 'auditID'),
  own('ka.stage', 'stage'),
  own('ka.auth.decision', 'annotations', 'authorization.k8s.io/decision'),
  own('ka.auth.reason', 'annotations', 'authorization.k8s.io/reason'),
  own('ka.auth.openshift.decision', 'annotations', 'authentication.openshift.io/decision'),
  own('ka.auth.openshift.username', 'annotations', 'authentication.openshift.io/username'),
  own(
    'ka.validations.admission.policy.failure',
    'annotations',
    'validation.policy.admission.k8s.io/validation_failure',
  ),
  own('ka.security.pod.violations', 'annotations', 'pod-security.kubernetes.io/audit-violations'),
  own('ka.user.name', 'user', 'username'),
  auditField(
    'ka.user.groups',
    true,
    'none',
    () =>
      ({ record }) =>
        listOf(record.user?.groups),
  ),
  own('ka.impuser.name', 'impersonatedUser', 'username'),
  own('ka.verb', 'verb'),
  own('ka.uri', 'requestURI'),
  auditField(
    'ka.uri.param',
    false,
    'required',
    (name) =>
      ({ record }) =>
        uriParameter(record.requestURI, name ?? ''),
  ),
  own('ka.target.name', 'objectRef', 'name'),
  own('ka.target.namespace', 'objectRef', 'namespace'),
  own('ka.target.resource', 'objectRef', 'resource'),
  own('ka.target.subresource', 'objectRef', 'subresource'),
  auditField(
    'ka.target.pod.name',
    false,
    'none',
    () =>
      ({ record }) =>
        record.objectRef?.resource === 'pods' ? record.objectRef.name : undefined,
  ),
  subjects('ka.req.binding.subjects', jsonText),
  subjects(
    'ka.req.binding.subjects.user_names',
    subjectOf('User', (subject) => jsonText(at(subject, 'name'))),
  ),
  subjects(
    'ka.req.binding.subjects.group_names',
    subjectOf('Group', (subject) => jsonText(at(subject, 'name'))),
  ),
  subjects(
    'ka.req.binding.subjects.serviceaccount_names',
    subjectOf('ServiceAccount', (subject) => jsonText(at(subject, 'name'))),
  ),
  subjects(
    'ka.req.binding.subjects.serviceaccount_ns_names',
    subjectOf('ServiceAccount', (subject) => `${jsonText(at(subject, 'namespace'))}:${jsonText(at(subject, 'name'))}`),
  ),
  own('ka.req.binding.role', 'requestObject', 'roleRef', 'name'),
  // Kept as the reference has it, for rules of old: whatever the name, it is there.
  auditField('ka.req.binding.subject.has_name', false, 'required', () => () => 'true'),
  own('ka.req.configmap.name', 'objectRef', 'name'),
  own('ka.req.configmap.obj', 'requestObject', 'data'),
  ...containerFields,
  ofPod('ka.req.pod.host_ipc', 'hostIPC'),
  ofPod('ka.req.pod.host_network', 'hostNetwork'),
  ofPod('ka.req.pod.host_pid', 'hostPID'),
  ofPod('ka.req.container.host_network', 'hostNetwork'),
  ofPod('ka.req.pod.run_as_user', 'securityContext', 'runAsUser'),
  ofPod('ka.req.pod.run_as_group', 'securityContext', 'runAsGroup'),
  ofPod('ka.req.pod.fs_group', 'securityContext', 'fsGroup'),
  auditField(
    'ka.req.pod.supplemental_groups',
    true,
    'none',
    () =>
      ({ derived }) =>
        listOf(everyText(deep(derived.podSpec ?? undefined, ['securityContext', 'supplementalGroups']))),
  ),
  ofVolumes('ka.req.pod.volumes.hostpath', (volume) => [hostPath(volume)]),
  ofVolumes('ka.req.pod.volumes.flexvolume_driver', (volume) => [jsonText(deep(volume, ['flexVolume', 'driver']))]),
  ofVolumes('ka.req.pod.volumes.volume_type', (volume) =>
    isObject(volume) ? Object.keys(volume).filter((key) => key !== 'name') : [],
  ),
  auditField('ka.req.volume.hostpath', false, 'required', (path) => ({ derived }) => {
    const volumes = picked(at(derived.podSpec ?? undefined, 'volumes'), null);
    if (volumes === undefined) return undefined;
    const prefix = path?.endsWith('*') ? path.slice(0, -1) : null;
    const found = volumes.map(hostPath).some((host) => host === path || (prefix !== null && host?.startsWith(prefix)));
    return String(found);
  }),
  auditField(
    'ka.req.role.rules',
    true,
    'none',
    () =>
      ({ record }) =>
        listOf(everyText(at(record.requestObject, 'rules'))),
  ),
  ofRules('ka.req.role.rules.apiGroups', 'apiGroups'),
  ofRules('ka.req.role.rules.nonResourceURLs', 'nonResourceURLs'),
  ofRules('ka.req.role.rules.verbs', 'verbs'),
  ofRules('ka.req.role.rules.resources', 'resources'),
  own('ka.req.service.type', 'requestObject', 'spec', 'type'),
  auditField(
    'ka.req.service.ports',
    true,
    'index',
    (index) =>
      ({ record }) =>
        listOf(picked(deep(record.requestObject, ['spec', 'ports']), index)?.map(jsonText)),
  ),
  own('ka.resp.name', 'responseObject', 'metadata', 'name'),
  own('ka.response.code', 'responseStatus', 'code'),
  own('ka.response.reason', 'responseStatus', 'reason'),
  own('ka.useragent', 'userAgent'),
  auditField(
    'ka.sourceips',
    true,
    'index',
    (index) =>
      ({ record }) =>
        listOf(picked(record.sourceIPs as Json | undefined, index)?.map(jsonText)),
  ),
  {
    ...auditField(
      'ka.sourceips.net',
      true,
      'none',
      () =>
        ({ record }) =>
          listOf(record.sourceIPs),
    ),
    type: 'network',
  },
  auditField(
    'ka.cluster.name',
    false,
    'none',
    () =>
      ({ source }) =>
        source.cluster?.name,
  ),
  pointedField('jevt.value'),
  pointedField('json.value'),
  ...['jevt.obj', 'json.obj'].map((name) =>
    auditField(name, false, 'none', () => (event) => JSON.stringify(whole(event), null, 2)),
  ),
  ...['jevt.rawtime', 'json.rawtime', 'evt.rawtime'].map((name) =>
    auditField(name, false, 'none', () => (event) => {
      const ms = Date.parse(timeOf(event));
      return Number.isNaN(ms) ? undefined : String(ms * 1_000_000);
    }),
  ),
  ...['evt.time', 'jevt.time', 'jevt.time.iso8601', 'evt.datetime', 'evt.time.iso8601'].map((name) =>
    auditField(name, false, 'none', () => timeOf),
  ),
  {
    ...auditField(
      'evt.num',
      false,
      'none',
      () =>
        (_event: AuditEvent, turn: number): Value =>
          turn,
    ),
    type: 'number',
  },
  auditField('evt.type', false, 'none', () => () => 'pluginevent'),
  auditField('evt.source', false, 'none', () => () => 'k8s_audit'),
  auditField('evt.pluginname', false, 'none', () => () => 'k8saudit'),
  auditField(
    'evt.plugininfo',
    false,
    'none',
    () =>
      ({ record, derived }) =>
        [record.user?.username, derived.action, record.objectRef?.resource, record.objectRef?.name]
          .filter(Boolean)
          .join(' '),
  ),
  // Ours: see collectors/audit/event.ts.
  auditField(
    'ka.action',
    false,
    'none',
    () =>
      ({ derived }) =>
        derived.action,
  ),
  auditField(
    'ka.allowed',
    false,
    'none',
    () =>
      ({ derived }) =>
        derived.allowed === null ? undefined : String(derived.allowed),
  ),
  auditField(
    'ka.actor.kind',
    false,
    'none',
    () =>
      ({ derived }) =>
        derived.actorKind,
  ),
  auditField(
    'ka.actor.namespace',
    false,
    'none',
    () =>
      ({ derived }) =>
        derived.actorServiceAccount?.namespace,
  ),
  auditField(
    'ka.workload.kind',
    false,
    'none',
    () =>
      ({ derived }) =>
        derived.workload?.kind,
  ),
  own('ka.target.apigroup', 'objectRef', 'apiGroup'),
];

function timeOf({ record }: AuditEvent): string {
  return record.stageTimestamp ?? record.requestReceivedTimestamp ?? '';
}

const byName = new Map(fields.map((field) => [field.name, field]));

/** Audit events of Kubernetes: the fields of Falco's plugins k8saudit and json, and a few of ours. */
export const k8sAudit: Source<AuditEvent> = {
  name: 'k8s_audit',
  field: (name) => byName.get(name),
  names: [...byName.keys()],
  index: ['ka.verb', 'ka.target.resource'],
  constants: new Map(),
  few: new Set([
    ...['ka.stage', 'jevt.value[/stage]', 'ka.auth.decision', 'ka.response.code', 'ka.actor.kind'],
    ...['ka.target.subresource', 'ka.target.namespace'],
  ]),
  holds: () => true,
  toldAs: new Map(),
  time: timeOf,
};
