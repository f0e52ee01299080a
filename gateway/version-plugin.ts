import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../resolvers/context.ts';
import { versionText } from '../resolvers/version.ts';

/** Says of each answer, in `extensions.version`, which state of the graph it shows: that one or a later one. */
export function versionPlugin(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      // Asked before any row is read; an answer is never older than it says. Whoever awaits it handles its failure.
      executionDidStart: async ({ contextValue }) => {
        contextValue.reads.version().catch(() => undefined);
      },
      willSendResponse: async ({ response: { body }, contextValue: { reads, scope } }) => {
        if (body.kind !== 'single' || !body.singleResult.data) return;
        const version = await reads.version().catch(() => null);
        if (version === null) return;
        body.singleResult.extensions = { ...body.singleResult.extensions, version: versionText(version, scope) };
      },
    }),
  };
}
