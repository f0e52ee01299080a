import type { Identity } from '../certificates.ts';

/** Who a kubeconfig speaks as: the bearer of a token, or of a client certificate. */
export type Credential = { readonly token: string } | { readonly identity: Identity };

/** A kubeconfig as JSON, which every reader of YAML takes. Without a credential it is that of a webhook. */
export function kubeconfig(server: string, authority?: string, credential?: Credential): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const user =
    credential === undefined
      ? {}
      : 'token' in credential
        ? { token: credential.token }
        : {
            'client-certificate-data': base64(credential.identity.certificate),
            'client-key-data': base64(credential.identity.key),
          };
  const cluster = authority === undefined ? { server } : { server, 'certificate-authority-data': base64(authority) };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'testbed',
    clusters: [{ name: 'testbed', cluster }],
    contexts: [{ name: 'testbed', context: { cluster: 'testbed', user: 'testbed' } }],
    users: [{ name: 'testbed', user }],
  });
}
