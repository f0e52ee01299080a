import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server, ServerOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';

/** Files (PEM) to serve HTTPS by; read again when they change, as certificates are renewed. */
export interface TlsSettings {
  /** The certificate of the server, followed by those between it and its authority. */
  readonly certFile: string;
  readonly keyFile: string;
  /** The authorities whose client certificates are credentials of senders; without it nobody is asked for one. */
  readonly clientCaFile?: string;
}

/** Throws, naming the file, where one cannot be read or is not what it should be. */
export function serverOptions(settings: TlsSettings): ServerOptions {
  // Tokens do as well: who shows no certificate, or a bad one, is judged by the guard of the route that he asks for.
  return { ...secretsOf(settings), requestCert: settings.clientCaFile !== undefined, rejectUnauthorized: false };
}

/** Takes over files that have changed, for connections to come. Returns how to stop. */
export function keepRenewing(server: Server, settings: TlsSettings, logger: Logger, everyMs = 60_000): () => void {
  let served = JSON.stringify(secretsOf(settings));
  const timer = setInterval(() => {
    try {
      const secrets = secretsOf(settings);
      if (JSON.stringify(secrets) === served) return;
      server.setSecureContext(secrets);
      served = JSON.stringify(secrets);
      logger.info('serving by the TLS files as they are now');
    } catch (err) {
      logger.error({ err }, 'the TLS files cannot be used: serving by those from before');
    }
  }, everyMs).unref();
  return () => clearInterval(timer);
}

interface Secrets {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

function secretsOf({ certFile, keyFile, clientCaFile }: TlsSettings): Secrets {
  const [cert, key] = [read(certFile), read(keyFile)];
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new Error(`${certFile} and ${keyFile} are no certificate and its key (PEM): ${(error as Error).message}`);
  }
  if (clientCaFile === undefined) return { cert, key };
  const ca = read(clientCaFile);
  try {
    new X509Certificate(ca); // TLS itself passes over what is none, and would then trust nobody
  } catch {
    throw new Error(`${clientCaFile} holds no certificate (PEM)`);
  }
  return { cert, key, ca };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`);
  }
}
