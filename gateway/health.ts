import type { FastifyInstance } from 'fastify';
import type { Drain } from './drain.ts';
import type { Readiness, Settings } from './settings.ts';

/** How long an answer about readiness is good for, and how long it may take, in milliseconds. */
const freshMs = 1_000;
const patienceMs = 2_000;

/** Serves /livez (the process turns) and /readyz (it can answer), for probes; neither says anything about the graph. */
export function serveHealth(app: FastifyInstance, settings: Settings, drain: Drain): void {
  let checked: { readonly at: number; readonly readiness: Promise<Readiness> } | undefined;
  app.get('/livez', async () => ({ alive: true }));
  app.get('/readyz', async (_request, reply) => {
    if (checked === undefined || Date.now() - checked.at > freshMs) {
      checked = { at: Date.now(), readiness: check(settings) };
    }
    const { reasons } = await checked.readiness;
    const all = drain.draining ? ['The gateway is shutting down.', ...reasons] : reasons;
    return reply.code(all.length === 0 ? 200 : 503).send({ ready: all.length === 0, reasons: all });
  });
}

async function check(settings: Settings): Promise<Readiness> {
  const reasons: string[] = [];
  const signal = AbortSignal.timeout(patienceMs);
  const part = async (reason: string, work: () => Promise<unknown>) => {
    try {
      await Promise.race([work(), expiry(signal)]);
    } catch (error) {
      settings.logger.warn({ err: error }, reason);
      reasons.push(reason);
    }
  };
  await part('The store does not answer.', () => settings.store.version(settings.tenant));
  if (reasons.length === 0) {
    await part('The path engine has not caught up with the store.', async () => {
      const engine = await settings.paths(settings.tenant);
      await engine.reached(await settings.store.version(settings.tenant), signal);
    });
  }
  const others = await settings.readiness();
  return { ready: reasons.length === 0 && others.ready, reasons: [...reasons, ...others.reasons] };
}

function expiry(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
