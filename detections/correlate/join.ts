import type { AuditEvent } from '../../collectors/audit/event.ts';
import type { AlertFields } from '../../graph/records/alerts/alert.ts';
import { alertLimits } from '../../graph/records/alerts/check.ts';
import type { Detected } from '../../graph/records/alerts/detected.ts';
import type { Alert } from '../engine/rule.ts';
import type { FalcoAlert } from '../import/falco.ts';
import { actorOf, senderOf } from './actor.ts';
import type { Correlation, Finding } from './define.ts';
import type { FalcoPlace } from './falco-place.ts';
import { type GraphView, type Named, refOf } from './graph-view.ts';
import type { NodeAlert } from './node-alert.ts';
import type { NodePlace } from './node-place.ts';
import type { ProvenStep } from './proofs.ts';
import { reachOf } from './reach.ts';
import { placeOf, targetOf } from './target.ts';

/** What an audit event is about: its object first, then who acted, then whose credential it came with. */
export function subjectsOf(event: AuditEvent): readonly Named[] {
  const named = [targetOf(event), actorOf(event).identity, senderOf(event).identity].filter((each) => each !== null);
  return [...new Map(named.map((each) => [refOf(each), each])).values()];
}

/** The alert of a rule, as it is recorded, without anything of the graph. */
export function ofRule(alert: Alert, event: AuditEvent, cluster: string): Detected {
  const { rule, severity, techniques, output, fields } = alert;
  return {
    cluster,
    namespace: placeOf(event),
    rule,
    severity,
    techniques,
    time: timeOf(event),
    output: cut(output, alertLimits.output),
    fields: plain(fields),
    subjects: subjectsOf(event),
  };
}

/** Fields that say what the graph knows; no node says that. */
const ours = 'portolan.';
/** What an alert of a sensor keeps of its event, beside the fields that its rule prints. */
const kept = [
  ...['evt.type', 'proc.name', 'proc.cmdline', 'proc.exepath', 'proc.pname', 'proc.pid', 'fd.name', 'user.name'],
  ...['container.id', 'container.name', 'container.image.repository', 'k8s.pod.uid'],
];

/** The alert of a sensor's rule, as it is recorded. What tells it from others is what the event says. */
export function ofNodeRule(
  { rule, severity, techniques, output, fields, event }: NodeAlert,
  { namespace, subjects }: NodePlace,
  { cluster, node, time }: { readonly cluster: string; readonly node: string; readonly time: string },
): Detected {
  const own = Object.fromEntries(kept.flatMap((name) => (event[name] == null ? [] : [[name, event[name]]])));
  const printed = Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith(ours)));
  const where = [event['k8s.pod.uid'], event['container.id']].map((value) => String(value ?? ''));
  return {
    cluster,
    namespace,
    rule,
    severity,
    techniques,
    time,
    output: cut(output, alertLimits.output),
    // The name of the node last: no event says of which it is.
    fields: plain({ ...own, ...printed, 'k8s.node.name': node }),
    subjects,
    identity: ['node', node, ...where],
  };
}

/** An alert of Falco, as it is recorded. */
export function ofFalco(
  { rule, severity, techniques, time, output, fields }: FalcoAlert,
  { namespace, subjects }: FalcoPlace,
  cluster: string,
): Detected {
  const said = Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith(ours)));
  return {
    ...{ cluster, namespace, rule, severity, techniques, time, subjects },
    output: cut(output, alertLimits.output),
    fields: plain(said),
  };
}

/** What a correlation found, as it is recorded. */
export function ofFinding(correlation: Correlation, finding: Finding, time: string, cluster: string): Detected {
  const { name, severity, attack } = correlation;
  const { namespace, output, fields, subjects } = finding;
  return {
    cluster,
    namespace,
    rule: name,
    severity,
    techniques: attack.map(({ id }) => id),
    time,
    output: cut(output, alertLimits.output),
    fields: plain(fields),
    subjects,
  };
}

/** Adds the steps of the graph that are proven, and how far one gets from what it is about. */
export async function joined(
  detected: Detected,
  proven: (view: GraphView) => Promise<readonly ProvenStep[]>,
  view: GraphView,
): Promise<Detected> {
  const named = detected.subjects.filter((subject) => 'name' in subject);
  const [steps, reach] = await Promise.all([proven(view), reachOf(named, view)]);
  const proves = steps.map(({ edge, from, to }) => ({ edge, from: { id: from }, to: { id: to } }));
  return { ...detected, fields: { ...detected.fields, ...plain(reach) }, proves };
}

/** Of an audit event; now where the record does not say. */
export function timeOf({ record }: AuditEvent): string {
  const time = new Date(record.stageTimestamp ?? record.requestReceivedTimestamp ?? Number.NaN);
  return (Number.isNaN(time.getTime()) ? new Date() : time).toISOString();
}

function plain(fields: Readonly<Record<string, unknown>>): AlertFields {
  return Object.fromEntries(
    Object.entries(fields)
      .slice(-alertLimits.fields)
      .map(([name, value]) => [
        name,
        typeof value === 'number' || typeof value === 'boolean' || value == null
          ? (value ?? null)
          : cut(Array.isArray(value) ? value.join(', ') : String(value), alertLimits.field),
      ]),
  );
}

/** Cut between characters, so that what is left is well-formed; what never was is made so. */
function cut(text: string, most: number): string {
  return (text.length <= most ? text : `${text.slice(0, most - 1)}…`).toWellFormed();
}
