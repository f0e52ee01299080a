import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const guard = fileURLToPath(new URL('guard.sh', import.meta.url));

/** A server of the testbed, run by guard.sh: it ends with this process, however this process ends. */
export interface ServerProcess {
  readonly name: string;
  readonly pid: number;
  /** File that holds everything it printed. */
  readonly log: string;
  hasEnded(): boolean;
  /** SIGTERM, and SIGKILL 1.5 s later; resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
}

/** Starts a server that appends its output to the file `log`. It does not keep this process alive. */
export async function startServer(
  name: string,
  command: readonly string[],
  log: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const output = openSync(log, 'a');
  // Detached: a Ctrl-C or a signal to our process group must not reach the guard before it has stopped its child.
  const child = spawn('sh', [guard, ...command], {
    stdio: ['pipe', output, output, 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
    detached: true,
  });
  closeSync(output);
  const ended = once(child, 'exit').then(() => undefined);
  const orders = child.stdin as Socket;
  orders.on('error', () => undefined); // EPIPE: the guard has ended already
  const [line]: unknown[] = await once(child.stdio[4] as Socket, 'data');
  const pid = Number(String(line));
  child.unref();
  orders.unref();

  return {
    name,
    pid,
    log,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      child.ref();
      orders.end();
      await ended;
    },
    async kill() {
      child.ref();
      orders.end('kill\n');
      await ended;
    },
  };
}

/** Polls until `ready` holds. Fails after `seconds`, or when the server ends first, with the end of its log. */
export async function waitUntilReady(
  server: ServerProcess,
  seconds: number,
  ready: () => Promise<boolean>,
): Promise<void> {
  const limit = Date.now() + seconds * 1000;
  while (!(await ready().catch(() => false))) {
    const failure = server.hasEnded() ? 'ended' : Date.now() > limit ? `was not ready within ${seconds} s` : undefined;
    if (failure !== undefined) {
      const log = await readFile(server.log, 'utf8');
      throw new Error(`${server.name} ${failure}; its log ends with:\n${log.split('\n').slice(-20).join('\n')}`);
    }
    await sleep(50);
  }
}

/**
 * A port of loopback that is free now. Taken from below the ranges from which Linux and macOS choose the local ports of
 * outgoing connections, so that a server which is killed finds its port free when it comes back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer();
    const listening = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!listening) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}
