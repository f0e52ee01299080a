import { setTimeout as sleep } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import type { Viewer } from '../../resolvers/context.ts';
import type { Limits } from '../limits.ts';
import type { Gauges } from '../metrics.ts';
import type { Operation } from './operation.ts';
import { type RunnerSources, runOperation, type Step } from './runner.ts';

/** Where the frames of one subscriber go. */
export interface Sink {
  /** Sends an answer, given as JSON. */
  write(text: string): void;
  /** How many bytes were written and not yet taken. */
  buffered(): number;
}

/** One subscriber. */
export interface Subscriber {
  /** Resolves when it is over: with the reason when it was cut off, with null when it left or the gateway stops. */
  readonly ended: Promise<GraphQLError | null>;
  leave(): void;
}

interface Member extends Subscriber {
  readonly sink: Sink;
  /** The cursor of the last answer that was written. */
  cursor: string | null;
  /** In the order of this process, the place up to which he has had everything. */
  until: number;
  end(reason: GraphQLError | null): void;
  onEnd: () => void;
}

/** Subscribers to the same operation in the same scope, who stand at the same event. */
interface Group {
  readonly members: Set<Member>;
  readonly stop: AbortController;
  /** See SourceEvent. */
  at: Step['at'];
}

/** All subscribers of a gateway. */
export interface Subscriptions {
  subscribe(operation: Operation, viewer: Viewer, sink: Sink): Subscriber;
  readonly size: () => number;
  /** Ends every subscriber, and resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/**
 * Runs each distinct operation (document, variables, scope) once for all who ask for it. Whoever goes on from a cursor, or
 * begins with a state, runs alone until he stands where the others do; then he joins them.
 */
export function subscriptions(sources: RunnerSources, limits: Limits, gauges: Gauges): Subscriptions {
  const groups = new Map<string, Group>();
  const members = new Set<Member>();
  const running = new Set<Promise<void>>();

  function start(operation: Operation, fromNow: boolean, viewer: Viewer, first: Member, key: string): void {
    const group: Group = { members: new Set(), stop: new AbortController(), at: null };
    enter(group, first);
    if (fromNow) groups.set(key, group);
    const run = runGroup(group, operation, fromNow, viewer, key).finally(() => running.delete(run));
    running.add(run);
  }

  function enter(group: Group, member: Member): void {
    group.members.add(member);
    member.onEnd = () => {
      group.members.delete(member);
      if (group.members.size === 0) group.stop.abort();
    };
  }

  async function runGroup(
    group: Group,
    operation: Operation,
    fromNow: boolean,
    viewer: Viewer,
    key: string,
  ): Promise<void> {
    const run = { ...operation, ...(fromNow && operation.fromNow) };
    let reason: GraphQLError | null = null;
    try {
      for await (const step of runOperation(run, viewer, sources, group.stop.signal)) {
        group.at = step.at;
        if (step.text !== null) deliver(group, step, step.text);
        if (groups.get(key) === group) continue;
        if (merged(group, step, key)) return;
        await drained(group);
      }
    } catch (error) {
      reason = error as GraphQLError;
    } finally {
      if (groups.get(key) === group) groups.delete(key);
      for (const member of [...group.members]) member.end(reason && goingOn(reason, member.cursor));
    }
  }

  function deliver({ members }: Group, { at, cursor }: Step, text: string): void {
    for (const member of members) {
      if (typeof at === 'number' && at <= member.until) continue;
      if (member.sink.buffered() > limits.bufferBytes) {
        gauges.cutOff();
        member.end(tooSlow(member.cursor));
        continue;
      }
      member.sink.write(text);
      member.cursor = cursor;
      gauges.frame();
    }
  }

  /** Lets one who ran alone join those who run together; he becomes their first where there are none. */
  function merged(group: Group, { present }: Step, key: string): boolean {
    const others = groups.get(key);
    if (group.at === null) return false;
    if (others === undefined) {
      if (present) groups.set(key, group);
      return false;
    }
    const same = group.at === others.at;
    const ahead = typeof group.at === 'number' && typeof others.at === 'number' && group.at > others.at;
    if (!same && !ahead) return false;
    for (const member of group.members) {
      if (typeof group.at === 'number') member.until = group.at;
      enter(others, member);
    }
    group.members.clear();
    return true;
  }

  /** Waits for one who runs alone: what he missed comes as fast as he reads it, but does not wait forever. */
  async function drained(group: Group): Promise<void> {
    const limit = Date.now() + limits.drainMs;
    for (const member of group.members) {
      while (member.sink.buffered() > limits.bufferBytes / 2 && !group.stop.signal.aborted) {
        if (Date.now() > limit) {
          gauges.cutOff();
          member.end(tooSlow(member.cursor));
        } else await sleep(5);
      }
    }
  }

  return {
    size: () => members.size,
    subscribe(operation, viewer, sink) {
      const { promise, resolve } = Promise.withResolvers<GraphQLError | null>();
      const member: Member = {
        sink,
        cursor: null,
        until: -1,
        ended: promise,
        onEnd: () => undefined,
        leave: () => member.end(null),
        end(reason) {
          if (!members.delete(member)) return;
          member.onEnd();
          resolve(reason);
        },
      };
      members.add(member);
      const key = JSON.stringify([operation.key, operation.operationName ?? null, viewer.scope]);
      const group = groups.get(key);
      if (operation.beginsAlone || group === undefined) start(operation, !operation.beginsAlone, viewer, member, key);
      else enter(group, member);
      return member;
    },
    async stop() {
      for (const member of [...members]) member.leave();
      await Promise.all(running);
    },
  };
}

function tooSlow(cursor: string | null): GraphQLError {
  return goingOn(
    new GraphQLError('Events come faster than they are read: subscribe again, with the last cursor as `after`.', {
      extensions: { code: 'SLOW_READER' },
    }),
    cursor,
  );
}

/** Tells a subscriber with the reason from where he can go on. */
function goingOn(reason: GraphQLError, cursor: string | null): GraphQLError {
  if (cursor === null) return reason;
  return new GraphQLError(reason.message, { extensions: { ...reason.extensions, cursor } });
}
