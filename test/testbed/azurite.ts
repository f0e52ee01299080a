import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { ensureAzurite } from './azurite/build.ts';
import { TestbedUnavailable } from './kubernetes/unavailable.ts';
import { freePort, type GuardedProcess, startProcess, waitUntilReady } from './process.ts';
import { temporaryFolder } from './temporary.ts';

/** Something that answers as Azure's blob storage does. */
export interface AzuriteTestbed {
  readonly account: string;
  readonly key: string;
  /** http://127.0.0.1:PORT/ACCOUNT */
  readonly url: string;
  /** With the account's key, which may do anything. */
  readonly connectionString: string;
  stop(): Promise<void>;
}

/** Starts Azurite on a free port of loopback, without data. Rejects with TestbedUnavailable where it cannot be had. */
export async function startAzurite(): Promise<AzuriteTestbed> {
  const main = await ensureAzurite();
  const folder = temporaryFolder();
  const port = await freePort();
  const [account, key] = ['shop', randomBytes(32).toString('base64')];
  const url = `http://127.0.0.1:${port}/${account}`;
  const flags = ['--silent', '--inMemoryPersistence', '--disableTelemetry', '--skipApiVersionCheck'];
  const command = [process.execPath, main, ...flags, '--blobHost', '127.0.0.1', '--blobPort', String(port)];
  let server: GuardedProcess | undefined;
  async function stop(): Promise<void> {
    await server?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  try {
    const environment = { AZURITE_ACCOUNTS: `${account}:${key}`, NODE_OPTIONS: '' };
    server = await startProcess('azurite', command, join(folder, 'azurite.log'), environment);
    await waitUntilReady(server, 60, () => listens(port));
  } catch (error) {
    await stop();
    throw error;
  }
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${url}`;
  return { account, key, url, connectionString, stop };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** For the `skip` option of a test: false where Azurite can be had, else why not. */
export async function azuriteMissing(): Promise<string | false> {
  return ensureAzurite().then(
    () => false,
    (error: unknown) => {
      if (error instanceof TestbedUnavailable) return error.message;
      throw error;
    },
  );
}
