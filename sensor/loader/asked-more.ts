import { compileCheck } from '../../detections/engine/compile/check.ts';
import { fieldsOf } from '../../detections/engine/compile/compared.ts';
import { distinguished } from '../../detections/engine/compile/known.ts';
import { checksOf } from '../../detections/engine/compile/plan.ts';
import { type NodeEvent, syscall } from '../../detections/engine/fields/syscall.ts';
import type { Check, Resolved } from '../../detections/engine/language/ast.ts';
import { foldCondition } from './fold-condition.ts';
import { askedPrograms, type Filter } from './orders.ts';

interface AskingRule {
  readonly condition: Resolved;
}

/** Families of sockets that are made all the time (probes/socket/socket.bpf.c). */
const commonFamilies = ['AF_UNIX', 'AF_INET', 'AF_INET6', 'AF_NETLINK'];
const programsOf: Readonly<Record<string, readonly string[]>> = {
  socket: ['socket'],
  recvfrom: ['recvfrom', 'recvmsg'],
};

/** The filter that has what is told only where rules ask for it: by name, as a rule of no type of event means those there are. */
export function filterForMore(filter: Filter, rules: readonly AskingRule[]): Filter {
  const checks = rules.flatMap(({ condition }) => [...checksOf(condition)]);
  const names = new Set(checks.flatMap(fieldNames));
  const asking = (event: NodeEvent & { readonly 'evt.type': string }): boolean =>
    rules.some(({ condition }) => namesType(condition, event['evt.type']) && mayBe(condition, event));
  const asked = Object.entries(programsOf).flatMap(([type, programs]) =>
    asking({ 'evt.type': type }) ? programs : [],
  );
  return {
    ...filter,
    rawPaths: filter.rawPaths || names.has('fd.nameraw'),
    environments: filter.environments || names.has('proc.env') || names.has('proc.aenv'),
    everySocket:
      filter.everySocket || commonFamilies.some((family) => asking({ 'evt.type': 'socket', 'evt.arg.domain': family })),
    without: filter.without.filter((program) => !asked.includes(program)),
  };
}

/** For who wants all events and has no rules: what is told only where it is asked for, but no environments. */
export function everyEvent(filter: Filter): Filter {
  return { ...filter, rawPaths: true, without: filter.without.filter((program) => !askedPrograms.includes(program)) };
}

function fieldNames(check: Check): readonly string[] {
  const right = check.kind === 'comparison' && check.right.kind !== 'list' ? [...fieldsOf(check.right)] : [];
  return [...fieldsOf(check.left), ...right].map(({ name }) => name);
}

function namesType(condition: Resolved, type: string): boolean {
  return [...checksOf(condition)].some((check) =>
    ['evt.type', 'syscall.type'].some((field) => distinguished(check, field).includes(type)),
  );
}

/** Whether a condition may come out true of an event of which but some fields are known. */
function mayBe(condition: Resolved, event: NodeEvent): boolean {
  return foldCondition(
    condition,
    (check, wanted) => !isSettled(check, event) || compileCheck(check, syscall)(event, 1) === wanted,
    (parts, needed) => (needed === 'all' ? parts.every(Boolean) : parts.some(Boolean)),
  );
}

/** Whether what is known decides a check. */
function isSettled(check: Check, event: NodeEvent): boolean {
  if (check.left.kind !== 'field' || check.left.argument !== null) return false;
  const { name } = check.left;
  if (name !== 'evt.num' && event[name] === undefined) return false;
  return check.kind === 'exists' || check.right.kind === 'literal' || check.right.kind === 'list';
}
