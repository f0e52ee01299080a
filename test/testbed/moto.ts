import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { whyMissing } from './kubernetes/unavailable.ts';
import { ensureMoto } from './moto/build.ts';
import { freePort, type GuardedProcess, startProcess, waitUntilReady } from './process.ts';
import { temporaryFolder } from './temporary.ts';

/** Something that answers as AWS does. */
export interface MotoTestbed {
  /** http://127.0.0.1:PORT, for AWS_ENDPOINT_URL. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts moto's server on a free port of loopback, without data. Rejects with TestbedUnavailable where it cannot be had. */
export async function startMoto(): Promise<MotoTestbed> {
  const python = await ensureMoto();
  const folder = temporaryFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const command = [python, '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  let server: GuardedProcess | undefined;
  async function stop(): Promise<void> {
    await server?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  try {
    server = await startProcess('moto', command, join(folder, 'moto.log'));
    await waitUntilReady(server, 60, async () => (await fetch(`${url}/moto-api/data.json`)).ok);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** For the `skip` option of a test: false where moto can be had, else why not. */
export async function motoMissing(): Promise<string | false> {
  return whyMissing(ensureMoto);
}
