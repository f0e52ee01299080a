import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { postWebhook, type WebhookOptions } from './webhook.ts';

/** Where alerts go, each a JSON text. What is written when close returns is there. */
export interface Sink {
  readonly write: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Lines of a stream, such as standard output. */
export function lineSink(out: (text: string) => void): Sink {
  return {
    write: async (text) => out(`${text}\n`),
    close: async () => {},
  };
}

/** Appends lines to a file, which only its owner may read. */
export async function fileSink(path: string): Promise<Sink> {
  const file = await open(path, 'a', 0o600);
  return {
    write: async (text) => void (await file.appendFile(`${text}\n`)),
    async close() {
      await file.sync();
      await file.close();
    },
  };
}

/** Posts each, in order: whoever writes waits, so that nothing piles up. */
export function webhookSink(options: WebhookOptions, signal: AbortSignal): Sink {
  return {
    write: (text) => postWebhook(options, createHash('sha256').update(text).digest('hex').slice(0, 32), text, signal),
    close: async () => {},
  };
}
