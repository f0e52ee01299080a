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
import type { Scope } from '../graph/model/scope.ts';
import { type Context, createContext } from '../resolvers/context.ts';
import { schema } from '../resolvers/index.ts';
import type { Guard } from './auth/authenticate.ts';
import { scopeOf } from './auth/caller.ts';
import { errorBody, errorFormatter } from './errors.ts';
import { limitPlugin } from './limit-plugin.ts';
import { queriesOnly } from './queries-only.ts';
import { requestSignal } from './request-signal.ts';
import type { Settings } from './settings.ts';
import { versionPlugin } from './version-plugin.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the caller may see; set on /graphql. */
    scope: Scope;
  }
}

/** Serves /graphql, by GraphQL over HTTP: POST, and GET for queries. */
export async function serveGraphql(
  app: FastifyInstance,
  settings: Settings,
  guard: Guard,
  plugins: readonly ApolloServerPlugin<Context>[],
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
    validationRules: [queriesOnly],
    formatError: errorFormatter(logger),
    logger,
    plugins: [
      limitPlugin(limits),
      versionPlugin(),
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
  const findScope = async (request: FastifyRequest) => {
    request.scope = await scopeOf(request.caller, settings.store);
  };
  const handler = fastifyApolloHandler(apollo, {
    context: async ({ scope }, reply) => createContext(settings, scope, requestSignal(reply, limits.timeoutMs)),
  });
  app.route({ method: ['GET', 'POST'], url: '/graphql', onRequest: guard, preHandler: findScope, handler });
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
