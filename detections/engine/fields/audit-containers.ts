import type { AuditEvent, Json, JsonObject } from '../../../collectors/audit/event.ts';
import { at, auditField, deep, everyText, jsonText, listOf, picked } from './audit-json.ts';
import type { Field } from './field.ts';

type Show = (container: Json, pod: JsonObject) => readonly (string | undefined)[];

function security(key: string): Show {
  return (container) => [jsonText(deep(container, ['securityContext', key]))];
}

/** What a container runs as: its own word, else that of the pod, else root. */
function effective(key: string): Show {
  return (container, pod) => [
    jsonText(deep(container, ['securityContext', key])) ?? jsonText(deep(pod, ['securityContext', key])) ?? '0',
  ];
}

/** `registry:5000/team/app:1.2@sha256:...` without tag and digest. A colon before a slash is that of a port. */
export function repositoryOf(image: string): string {
  const [named = ''] = image.split('@');
  const colon = named.lastIndexOf(':');
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named;
}

function image(container: Json): string | undefined {
  return jsonText(at(container, 'image'));
}

function repository(container: Json): string | undefined {
  const name = image(container);
  return name === undefined ? undefined : repositoryOf(name);
}

/** The port of the node; that of the container is the same where the pod is in the node's network. */
function hostPorts(container: Json): readonly (string | undefined)[] {
  const ports = at(container, 'ports');
  if (!Array.isArray(ports)) return [];
  return (ports as readonly Json[]).map((port) => jsonText(at(port, 'hostPort') ?? at(port, 'containerPort')));
}

const shown: Readonly<Record<string, Show>> = {
  args: (container) => everyText(at(container, 'args')),
  command: (container) => everyText(at(container, 'command')),
  name: (container) => [jsonText(at(container, 'name'))],
  image: (container) => [image(container)],
  'image.repository': (container) => [repository(container)],
  host_port: hostPorts,
  privileged: security('privileged'),
  allow_privilege_escalation: security('allowPrivilegeEscalation'),
  read_only_fs: security('readOnlyRootFilesystem'),
  run_as_user: security('runAsUser'),
  eff_run_as_user: effective('runAsUser'),
  run_as_group: security('runAsGroup'),
  eff_run_as_group: effective('runAsGroup'),
  proc_mount: security('procMount'),
  add_capabilities: (container) => everyText(deep(container, ['securityContext', 'capabilities', 'add'])),
};

function containersOf(group: string): readonly Field<AuditEvent>[] {
  return Object.entries(shown)
    .filter(([name]) => !(group === 'ephemeralContainers' && name === 'host_port')) // they have no ports
    .map(([name, show]) =>
      auditField(`ka.req.pod.${group}.${name}`, true, 'index', (index) => ({ derived: { podSpec } }) => {
        if (podSpec === null) return undefined;
        return listOf(picked(at(podSpec, group), index)?.flatMap((container) => show(container, podSpec)));
      }),
    );
}

/** Of the first container, or of all: names that the reference keeps for rules of old. */
function ofContainers(name: string, show: (containers: readonly Json[]) => string | undefined): Field<AuditEvent> {
  return auditField(name, false, 'none', () => ({ derived: { podSpec } }) => {
    const containers = picked(at(podSpec ?? undefined, 'containers'), null);
    return containers === undefined ? undefined : show(containers);
  });
}

/** The fields of containers of all three groups, in whatever kind of workload they are. */
export const containerFields: readonly Field<AuditEvent>[] = [
  ...['containers', 'initContainers', 'ephemeralContainers'].flatMap(containersOf),
  ofContainers('ka.req.container.image', ([first]) => (first === undefined ? undefined : image(first))),
  ofContainers('ka.req.container.image.repository', ([first]) => (first === undefined ? undefined : repository(first))),
  ofContainers('ka.req.container.privileged', (containers) =>
    String(containers.some((container) => deep(container, ['securityContext', 'privileged']) === true)),
  ),
];
