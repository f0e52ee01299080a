import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { EventHub } from '../events/hub.ts';
import { type Context, createContext, type Viewer } from '../resolvers/context.ts';
import { schema } from '../resolvers/index.ts';
import type { Guard } from './auth/authenticate.ts';
import type { Caller } from './auth/caller.ts';
import { errorBody, type errorFormatter } from './errors.ts';
import { limitPlugin } from './limit-plugin.ts';
import { noSubscriptions } from './no-subscriptions.ts';
import { requestSignal } from './request-signal.ts';
import type { Settings } from './settings.ts';
import type { ServerSentEvents } from './subscriptions/sse.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the caller may see and do; set on /graphql. */
    viewer: Viewer;
  }
}

/** What serving GraphQL stands on beside the settings. */
export interface GraphqlParts {
  readonly guard: Guard;
  readonly viewerOf: (caller: Caller) => Promise<Viewer>;
  readonly hub: EventHub;
  readonly format: ReturnType<typeof errorFormatter>;
  readonly streams: ServerSentEvents;
  readonly plugins: readonly ApolloServerPlugin<Context>[];
}

/** Serves /graphql, by GraphQL over HTTP: POST, GET for queries, and streams of events for subscriptions. */
export async function serveGraphql(
  app: FastifyInstance,
  settings: Settings,
  { guard, viewerOf, hub, format, streams, plugins }: GraphqlParts,
): Promise<ApolloServer<Context>> {
  const { limits, logger } = settings;
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // No cache that one caller could fill for another.
    persistedQueries: false,
    parseOptions: { maxTokens: limits.tokens },
    // Bounds what fragments can blow a document up to before validation compares all their fields.
    maxRecursiveSelections: 100_000,
    validationRules: [noSubscriptions],
    formatError: format,
    logger,
    plugins: [
      limitPlugin(limits),
      ...plugins,
      // Nothing is reported to anybody, whatever the environment says.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
  await apollo.start();
  // Here and not in the context: a store that fails now answers 503, and nothing has run.
  const findViewer = async (request: FastifyRequest) => {
    request.viewer = await viewerOf(request.caller);
  };
  const handler = fastifyApolloHandler(apollo, {
    context: async ({ viewer }, reply) =>
      createContext({ ...settings, hub }, viewer, requestSignal(reply, limits.timeoutMs)),
  });
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onRequest: guard,
    preHandler: findViewer,
    handler: (request, reply) =>
      streams.wants(request) ? streams.handle(request, reply) : handler.call(app, request, reply),
  });
  app.route({
    method: ['PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: async (request, reply) =>
      reply
        .code(405)
        .header('allow', 'GET, POST')
        .send(errorBody('METHOD_NOT_ALLOWED', `GraphQL takes GET and POST, not ${request.method}.`)),
  });
  return apollo;
}
