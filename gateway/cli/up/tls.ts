import type { TlsSettings } from '../../tls.ts';
import { CommandError } from '../errors.ts';
import type { Settings } from '../settings.ts';

/** How HTTPS is served, by the settings; undefined for not at all. */
export function tlsOf({ tlsCertFile, tlsKeyFile, tlsClientCaFile }: Settings): TlsSettings | undefined {
  if ((tlsCertFile === null) !== (tlsKeyFile === null))
    throw new CommandError('--tls-cert-file and --tls-key-file go together');
  if (tlsCertFile !== null && tlsKeyFile !== null)
    return {
      certFile: tlsCertFile,
      keyFile: tlsKeyFile,
      ...(tlsClientCaFile === null ? {} : { clientCaFile: tlsClientCaFile }),
    };
  if (tlsClientCaFile === null) return undefined;
  throw new CommandError('--tls-client-ca-file is for HTTPS: give --tls-cert-file and --tls-key-file, too');
}
