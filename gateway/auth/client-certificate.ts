import type { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { callerError } from '../../resolvers/errors.ts';
import type { Identify } from './authenticate.ts';
import type { Caller } from './caller.ts';

/** `portolan:cluster/CLUSTER/node/NODE` for a sensor, `portolan:cluster/CLUSTER` for its API server; percent-encoded. */
const form = /^URI:portolan:cluster\/([^/]+)(?:\/node\/([^/]+))?$/;

/**
 * Knows senders who show no token by the client certificate of their connection, whose authority TLS has verified
 * (docs/protocol/sensor.md, section 5). Such a caller sends events and does nothing else.
 */
export function withCertificates(tenant: string, identify: Identify): Identify {
  return async (header, socket) => {
    if (header !== undefined || !(socket instanceof TLSSocket)) return identify(header, socket);
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return identify(header, socket);
    if (!socket.authorized) throw refused(String(socket.authorizationError));
    // TLS looks when a connection is made; it may last, or be resumed.
    if (certificate.validToDate.getTime() <= Date.now()) throw refused('CERT_HAS_EXPIRED');
    return callerOf(certificate, tenant);
  };
}

function callerOf({ subjectAltName = '', validToDate }: X509Certificate, tenant: string): Caller {
  // Node quotes names that hold a comma, so that none passes for two; ours need no quotes.
  const names = subjectAltName.includes('"') ? [] : subjectAltName.split(', ');
  const [place, ...others] = names.flatMap((name) => placeIn(name) ?? []);
  if (place === undefined || others.length > 0) {
    const wanted = 'one URI portolan:cluster/CLUSTER/node/NODE, or portolan:cluster/CLUSTER';
    throw callerError('FORBIDDEN', `The client certificate grants nothing: its subjectAltName must have ${wanted}.`);
  }
  const { cluster, node } = place;
  return {
    tenant,
    clusters: [cluster],
    namespaces: 'all',
    name: node === null ? `the API server of ${cluster}` : `the sensor of ${node}`,
    mayWrite: false,
    mayRead: false,
    mayIngest: true,
    node,
    expiresAt: validToDate.getTime(),
  };
}

function placeIn(name: string): { readonly cluster: string; readonly node: string | null } | null {
  const [, cluster, node] = form.exec(name) ?? [];
  if (cluster === undefined) return null;
  try {
    return { cluster: decodeURIComponent(cluster), node: node === undefined ? null : decodeURIComponent(node) };
  } catch {
    return null;
  }
}

function refused(reason: string): Error {
  return callerError('UNAUTHENTICATED', `The client certificate is refused: ${reason}.`);
}
