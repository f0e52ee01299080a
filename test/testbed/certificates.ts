import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate and its private key, both PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

/**
 * A throw-away certificate authority (ECDSA P-256, valid for 30 days). Node reads X.509 but cannot write it, and the
 * testbed should need nothing installed, so the few DER structures of RFC 5280 that it takes are written here.
 */
export function createAuthority(commonName = 'portolan-testbed'): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = [
    extension('2.5.29.19', sequence(der(0x01, Buffer.from([0xff])))), // basicConstraints: CA
    extension('2.5.29.15', der(0x03, Buffer.from([1, 0b0000_0110]))), // keyUsage: keyCertSign, cRLSign
  ];
  return {
    certificate: certificate(privateKey, { commonName }, { commonName }, publicKey, extensions),
    key: pem(privateKey),
  };
}

/** A certificate for a server at these DNS names and IPv4 addresses. */
export function issueServer(authority: Identity, subject: Subject, names: readonly string[]): Identity {
  return issue(authority, subject, [
    extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))), // extKeyUsage: serverAuth
    extension('2.5.29.17', sequence(...names.map(subjectAlternativeName))),
  ]);
}

/**
 * A certificate for a client, also named by URIs, good for 30 days unless given: Kubernetes takes its common name for the user and
 * its organizations for the groups.
 */
export function issueClient(
  authority: Identity,
  subject: Subject,
  { uris = [], until }: { readonly uris?: readonly string[]; readonly until?: Date } = {},
): Identity {
  const names = uris.map((uri) => der(0x86, Buffer.from(uri)));
  const extensions = [
    extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.2'))), // extKeyUsage: clientAuth
    ...(names.length > 0 ? [extension('2.5.29.17', sequence(...names))] : []),
  ];
  return issue(authority, subject, extensions, until);
}

/** A key pair (PEM) such as the one that signs service account tokens. */
export function createKeyPair(): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })), privateKey: pem(privateKey) };
}

function issue(authority: Identity, subject: Subject, extensions: readonly Buffer[], until?: Date): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { commonName: new X509Certificate(authority.certificate).subject.replace(/^CN=/, '') };
  return {
    certificate: certificate(createPrivateKey(authority.key), issuer, subject, publicKey, extensions, until),
    key: pem(privateKey),
  };
}

const day = 24 * 60 * 60 * 1000;

function certificate(
  authorityKey: KeyObject,
  issuer: Subject,
  subject: Subject,
  publicKey: KeyObject,
  extensions: readonly Buffer[],
  until = new Date(Date.now() + 30 * day),
): string {
  const algorithm = sequence(objectIdentifier('1.2.840.10045.4.3.2')); // ecdsa-with-SHA256
  const serial = randomBytes(16);
  serial[0] = (serial.readUInt8(0) & 0x7f) | 0x40; // positive, and no leading zero octet
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, serial),
    algorithm,
    name(issuer),
    sequence(time(new Date(Date.now() - day)), time(until)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const bits = Buffer.concat([Buffer.from([0]), sign('sha256', toBeSigned, authorityKey)]);
  const base64 = sequence(toBeSigned, algorithm, der(0x03, bits)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

const sequence = (...contents: readonly Buffer[]): Buffer => der(0x30, ...contents);

function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
}

function name({ commonName, organizations = [] }: Subject): Buffer {
  const attribute = (type: string, value: string): Buffer =>
    der(0x31, sequence(objectIdentifier(type), der(0x0c, Buffer.from(value))));
  return sequence(
    ...organizations.map((organization) => attribute('2.5.4.10', organization)),
    attribute('2.5.4.3', commonName),
  );
}

/** UTCTime, YYMMDDHHMMSSZ: what RFC 5280 asks for until 2049. */
function time(moment: Date): Buffer {
  return der(
    0x17,
    Buffer.from(
      `${moment
        .toISOString()
        .replace(/[-:T]|\..*/g, '')
        .slice(2)}Z`,
    ),
  );
}

function extension(type: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(type), der(0x04, value));
}

function subjectAlternativeName(value: string): Buffer {
  return isIPv4(value) ? der(0x87, Buffer.from(value.split('.').map(Number))) : der(0x82, Buffer.from(value));
}

function pem(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}
