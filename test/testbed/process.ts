import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const guard = fileURLToPath(new URL('guard.sh', import.meta.url));

/** A process run by guard.sh: it ends with ours, however ours ends. */
export interface GuardedProcess {
  readonly name: string;
  readonly pid: number;
  /** File that holds everything it printed. */
  readonly log: string;
  hasEnded(): boolean;
  /** Resolves with its exit status when it has ended: 128 + N after signal N. */
  wait(): Promise<number>;
  /** SIGTERM, and SIGKILL 1.5 s later; resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
}

/** Starts a process that appends its output to the file `log`. It keeps ours alive only while somebody waits for it. */
export async function startProcess(
  name: string,
  command: readonly string[],
  log: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<GuardedProcess> {
  const output = openSync(log, 'a');
  // Detached: a Ctrl-C or a signal to our process group must not reach the guard before it has stopped its child.
  const child = spawn('sh', [guard, ...command], {
    stdio: ['pipe', output, output, 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
    detached: true,
  });
  closeSync(output);
  const ended = once(child, 'exit');
  const orders = child.stdin as Socket;
  orders.on('error', () => undefined); // EPIPE: the guard has ended already
  const [line]: unknown[] = await once(child.stdio[4] as Socket, 'data');
  const pid = Number(String(line));
  child.unref();
  orders.unref();

  async function wait(): Promise<number> {
    child.ref();
    await ended;
    return child.exitCode ?? 128;
  }

  return {
    name,
    pid,
    log,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    wait,
    async stop() {
      orders.end();
      await wait();
    },
    async kill() {
      orders.end('kill\n');
      await wait();
    },
  };
}

/** Polls until `ready` holds. Fails after `seconds`, or when the process ends first, with the end of its log. */
export async function waitUntilReady(
  process: GuardedProcess,
  seconds: number,
  ready: () => Promise<boolean>,
): Promise<void> {
  const limit = Date.now() + seconds * 1000;
  while (!(await ready().catch(() => false))) {
    const failure = process.hasEnded() ? 'ended' : Date.now() > limit ? `was not ready within ${seconds} s` : undefined;
    if (failure !== undefined) {
      const log = await readFile(process.log, 'utf8');
      throw new Error(`${process.name} ${failure}; its log ends with:\n${log.split('\n').slice(-20).join('\n')}`);
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
