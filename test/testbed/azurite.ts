import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { ensureAzurite } from './azurite/build.ts';
import { createAuthority, issueServer } from './certificates.ts';
import { whyMissing } from './kubernetes/unavailable.ts';
import { freePort, type GuardedProcess, startProcess, waitUntilReady } from './process.ts';
import { temporaryFolder } from './temporary.ts';

/** Something that answers as Azure's blob storage does. */
export interface AzuriteTestbed {
  readonly account: string;
  readonly key: string;
  /** 127.0.0.1:PORT/ACCOUNT, by HTTPS. */
  readonly host: string;
  /** The certificate (PEM) that clients must trust. */
  readonly authority: string;
  /** With the account's key, which may do anything. */
  readonly connectionString: string;
  stop(): Promise<void>;
}

/**
 * Starts Azurite on a free port of loopback, without data. It takes the account's key and signatures by it, and bearer tokens,
 * of which it does not check by whom they are signed.
 *
 * Rejects with TestbedUnavailable where it cannot be had.
 */
export async function startAzurite(): Promise<AzuriteTestbed> {
  const main = await ensureAzurite();
  const folder = temporaryFolder();
  const port = await freePort();
  const [account, key] = ['shop', randomBytes(32).toString('base64')];
  const host = `127.0.0.1:${port}/${account}`;
  const authority = createAuthority();
  const server = issueServer(authority, { commonName: 'azurite' }, ['127.0.0.1']);
  const [cert, ownKey] = [join(folder, 'server.pem'), join(folder, 'server.key')];
  writeFileSync(cert, server.certificate);
  writeFileSync(ownKey, server.key);
  const flags = ['--silent', '--inMemoryPersistence', '--disableTelemetry', '--skipApiVersionCheck'];
  const secure = ['--oauth', 'basic', '--cert', cert, '--key', ownKey];
  const command = [process.execPath, main, ...flags, ...secure, '--blobHost', '127.0.0.1', '--blobPort', String(port)];
  let azurite: GuardedProcess | undefined;
  async function stop(): Promise<void> {
    await azurite?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  try {
    const environment = { AZURITE_ACCOUNTS: `${account}:${key}`, NODE_OPTIONS: '' };
    azurite = await startProcess('azurite', command, join(folder, 'azurite.log'), environment);
    await waitUntilReady(azurite, 60, () => listens(port));
  } catch (error) {
    await stop();
    throw error;
  }
  const connectionString = `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=${key};BlobEndpoint=https://${host}`;
  return { account, key, host, authority: authority.certificate, connectionString, stop };
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
  return whyMissing(ensureAzurite);
}
