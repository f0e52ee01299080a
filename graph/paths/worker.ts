import { parentPort } from 'node:worker_threads';
import { PathEngineError } from './errors.ts';
import type { Exchange, Reply, Request, Verb } from './messages.ts';
import { applyChange, applyDelta, compact, createProjection } from './projection.ts';
import { searchBlastRadius, searchPaths } from './search.ts';

// The thread that holds a tenant's projection. See messages.ts for what it is asked.

let serving = createProjection();
let loading = createProjection();

function answer(message: Request): Exchange[Verb]['reply'] {
  switch (message.verb) {
    case 'begin':
      loading = createProjection(message.request.version);
      return null;
    case 'load':
      applyChange(loading, message.request.cluster, message.request.change);
      return null;
    case 'serve':
      compact(loading);
      serving = loading;
      loading = createProjection();
      return serving.version;
    case 'delta':
      applyDelta(serving, message.request.cluster, message.request.version, message.request.change);
      return serving.version;
    case 'paths':
      return searchPaths(serving, message.request.scope, message.request.query);
    case 'blastRadius':
      return searchBlastRadius(serving, message.request.scope, message.request.query);
  }
}

function reply(message: Request): Reply {
  const { number } = message;
  try {
    return { number, reply: answer(message) };
  } catch (error) {
    const code = error instanceof PathEngineError ? error.code : null;
    return { number, code, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on('message', (message: Request) => parentPort?.postMessage(reply(message)));
