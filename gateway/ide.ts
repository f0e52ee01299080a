import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Everything comes from here; the editor styles itself inline and carries its fonts and pictures as data. */
const policy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; font-src data:; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Portolan</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/ide/graphiql.css">
    <script src="/ide/graphiql.js" defer></script>
    <script src="/ide/start.js" defer></script>
  </head>
  <body class="no-focus-outline"><noscript>The explorer needs JavaScript.</noscript><div id="root"></div></body>
</html>
`;

const example = `# Portolan's GraphQL API. The cheapest ways from the Internet to cluster-admin:
query CheapestPaths {
  attackPaths(from: { set: INTERNET }, to: { set: CLUSTER_ADMIN }, first: 3) {
    paths {
      cost
      hops {
        from { ref }
        edge { name technique { summary } remediation }
        to { ref }
      }
    }
    truncated { message }
  }
}
`;

const live = `# Alerts as they are raised, each with the cheapest way on to cluster-admin from what it is about:
subscription Alerts {
  alertRaised {
    alert {
      rule
      severity
      output
      attackPaths {
        paths {
          cost
          hops {
            from { ref }
            edge { name }
            to { ref }
          }
        }
      }
    }
  }
}
`;

/** Workers by the labels that the editor asks for. */
const start = `self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_, label) => '/ide/' + ({ json: 'json', graphql: 'graphql' }[label] ?? 'editor') + '-worker.js',
};
YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), ${JSON.stringify({
  endpoint: '/graphql',
  title: 'Portolan',
  defaultQuery: example,
  defaultTabs: [{ query: example }, { query: live }],
})});
`;

interface Asset {
  readonly type: string;
  readonly gzipped: Buffer;
  readonly etag: string;
}

/** Serves GraphiQL at /ide without any outside host. Its 9 MB are read and compressed when first asked for. */
export function serveIde(app: FastifyInstance): void {
  app.get('/', async (_request, reply) => reply.redirect('/ide'));
  app.get('/ide', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(page),
  );
  for (const [name, { type, content }] of Object.entries(sources)) {
    let asset: Promise<Asset> | undefined;
    app.get(`/ide/${name}`, async (request, reply) => {
      asset ??= content().then((text) => compress(text, type));
      return sendAsset(request, reply, await asset);
    });
  }
}

const javascript = 'text/javascript; charset=utf-8';
const graphiql = () => import('@graphql-yoga/render-graphiql/graphiql');
const sources: Readonly<Record<string, { readonly type: string; readonly content: () => Promise<string> }>> = {
  'start.js': { type: javascript, content: async () => start },
  'graphiql.js': { type: javascript, content: async () => (await graphiql()).js },
  'graphiql.css': { type: 'text/css; charset=utf-8', content: async () => (await graphiql()).css },
  'editor-worker.js': { type: javascript, content: async () => (await graphiql()).editorWorkerService },
  'json-worker.js': { type: javascript, content: async () => (await graphiql()).jsonWorker },
  'graphql-worker.js': { type: javascript, content: async () => (await graphiql()).graphqlWorker },
};

async function compress(text: string, type: string): Promise<Asset> {
  const gzipped = await promisify(gzip)(text);
  return { type, gzipped, etag: `"${createHash('sha256').update(gzipped).digest('base64url').slice(0, 22)}"` };
}

function sendAsset(request: FastifyRequest, reply: FastifyReply, { type, gzipped, etag }: Asset) {
  reply.headers({ etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  // Every browser that runs the editor takes gzip.
  return reply.type(type).header('content-encoding', 'gzip').header('content-security-policy', policy).send(gzipped);
}
