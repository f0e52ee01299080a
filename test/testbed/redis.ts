import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { whyMissing } from './kubernetes/unavailable.ts';
import { freePort, type GuardedProcess, startProcess, waitUntilReady } from './process.ts';
import { ensureRedis } from './redis/build.ts';
import { temporaryFolder } from './temporary.ts';

/** A Redis of one's own. It keeps nothing on disk, and ends with this process. */
export interface RedisTestbed {
  /** redis://127.0.0.1:PORT */
  readonly url: string;
  /** SIGKILL: whatever it held is gone. */
  kill(): Promise<void>;
  /** Starts a killed server again, empty, at the same address. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a real redis-server on a free port of loopback. Rejects with TestbedUnavailable where it cannot be had. */
export async function startRedis(): Promise<RedisTestbed> {
  const { command, environment } = await ensureRedis();
  const folder = temporaryFolder();
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  let server: GuardedProcess | undefined;
  const removeData = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeData);

  async function start(): Promise<void> {
    server = await startProcess('redis', [command, ...settings], join(folder, 'redis.log'), environment);
    await waitUntilReady(server, 20, () => answers(port));
  }
  async function stop(): Promise<void> {
    process.off('exit', removeData);
    await server?.kill();
    removeData();
  }
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, kill: async () => server?.kill(), start, stop };
}

/** For the `skip` option of a test: false where Redis can be had, else why not. */
export async function redisMissing(): Promise<string | false> {
  return whyMissing(ensureRedis);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('error', reject);
    socket.setTimeout(1_000, () => socket.destroy(new Error('no answer')));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(String(data).startsWith('+PONG'));
    });
  });
}
