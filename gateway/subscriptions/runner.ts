import { createSourceEventStream, type ExecutionResult, execute, GraphQLError } from 'graphql';
import type { EventHub } from '../../events/hub.ts';
import { type Context, createContext, type Viewer } from '../../resolvers/context.ts';
import { schema } from '../../resolvers/index.ts';
import type { SourceEvent } from '../../resolvers/subscription.ts';
import type { errorFormatter } from '../errors.ts';
import type { Settings } from '../settings.ts';
import type { Operation } from './operation.ts';

export interface RunnerSources {
  readonly settings: Settings;
  readonly hub: EventHub;
  readonly format: ReturnType<typeof errorFormatter>;
}

/** What one step of a subscription came to. */
export interface Step extends Pick<SourceEvent, 'at' | 'present' | 'cursor'> {
  /** The answer as JSON, written once for all who get it; null where the event is not for them. */
  readonly text: string | null;
}

/** Runs an operation for one caller until the signal ends it: a step for each event, with nothing read before it. Throws a GraphQLError made for the caller. */
export async function* runOperation(
  { document, variables, operationName }: Pick<Operation, 'document' | 'variables' | 'operationName'>,
  viewer: Viewer,
  { settings, hub, format }: RunnerSources,
  signal: AbortSignal,
): AsyncIterable<Step> {
  const context = createContext({ ...settings, hub }, viewer, signal);
  const args = { schema, document, operationName: operationName ?? null, variableValues: variables };
  try {
    const source = await createSourceEventStream({ ...args, contextValue: context });
    if (!(Symbol.asyncIterator in source)) throw source.errors?.[0] ?? new Error('a subscription gave no events');
    for await (const event of source as AsyncIterable<SourceEvent>) {
      const { at, present, cursor } = event;
      yield {
        at,
        present,
        cursor,
        text: event.event === null ? null : JSON.stringify(await answer(event, context.fresh())),
      };
    }
  } catch (error) {
    if (signal.aborted) return;
    throw forCaller(error);
  }

  async function answer(rootValue: SourceEvent, contextValue: Context): Promise<ExecutionResult> {
    const { data, errors } = await execute({ ...args, rootValue, contextValue });
    return {
      ...(errors && { errors: errors.map((error) => format(error.toJSON(), error)) as never }),
      ...(data !== undefined && { data }),
    };
  }

  function forCaller(error: unknown): GraphQLError {
    const said = error instanceof GraphQLError ? error.toJSON() : { message: String(error) };
    const { message, extensions, path } = format(said, error);
    return new GraphQLError(message, { ...(extensions && { extensions }), path: path ?? null });
  }
}
