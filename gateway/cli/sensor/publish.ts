import { existsSync } from 'node:fs';
import { publish, publisherStatus } from '../../../sensor/publish/publisher.ts';
import { publisherMetrics } from '../../../sensor/publish/publisher-metrics.ts';
import { type ReceiverClient, receiverClient } from '../../../sensor/publish/receiver-client.ts';
import type { Terminal } from '../command.ts';
import { CommandError, exitStatus } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { printable } from '../table.ts';
import { metricsServer } from './metrics-server.ts';

/** Sends what is in the spool until the person has had enough. */
export async function publishSpool(settings: Settings, terminal: Terminal): Promise<number> {
  const { spool, metrics } = settings;
  if (spool === null) throw new CommandError('--publish sends what a sensor collects: say where with --spool DIR');
  if (!existsSync(spool)) throw new CommandError(`--spool ${spool}: there is no such folder`);
  const client = clientOf(settings);
  const status = publisherStatus();
  const server = await metricsServer(metrics, publisherMetrics(status, spool));
  try {
    terminal.err(`publishing ${spool} to ${settings.publish}\n`);
    await publish({
      folder: spool,
      client,
      status,
      signal: terminal.signal,
      onTrouble: (message) =>
        terminal.err(`${message === null ? 'publishing again' : `cannot publish: ${printable(message)}`}\n`),
    });
  } finally {
    await client.close();
    server?.close();
  }
  return exitStatus.done;
}

function clientOf({ publish: address, tokenFile, certFile, keyFile, caFile }: Settings): ReceiverClient {
  const url = URL.parse(address ?? '');
  if (url === null) throw new CommandError(`--publish ${address}: give an address such as https://portolan.example`);
  if ((certFile === null) !== (keyFile === null)) throw new CommandError('--cert-file and --key-file go together');
  if (tokenFile === null && certFile === null)
    throw new CommandError('say as whom to publish: --token-file, or --cert-file and --key-file');
  const files = { '--token-file': tokenFile, '--cert-file': certFile, '--key-file': keyFile, '--ca-file': caFile };
  for (const [flag, file] of Object.entries(files))
    if (file !== null && !existsSync(file)) throw new CommandError(`${flag} ${file}: there is no such file`);
  try {
    return receiverClient({ url, tokenFile, certFile, keyFile, caFile });
  } catch (error) {
    if (error instanceof RangeError) throw new CommandError(`--publish ${error.message}`);
    throw error;
  }
}
