import type { DefaultAzureCredential } from '@azure/identity';
import { AuditSourceError } from '../source-error.ts';

/** The identity of this process, as Azure's tools find theirs. */
export async function azureIdentity(): Promise<DefaultAzureCredential> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
}

/** What to say where none is found, or Azure knows it not; null where an error is something else. */
export function identityError(error: Error): AuditSourceError | null {
  if (!/CredentialUnavailable|Authentication(Required)?Error/.test(error.name)) return null;
  const [line] = error.message.split('\n');
  return new AuditSourceError(
    'UNAUTHORIZED',
    `Azure knows us not: see to the identity of this process (${line})`,
    error,
  );
}
