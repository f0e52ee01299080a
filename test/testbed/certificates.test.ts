import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createAuthority, issueClient, issueServer } from './certificates.ts';

// OpenSSL, inside Node, is the reader that judges what we write.
test('an authority and what it issues are certificates that OpenSSL verifies', () => {
  const authority = createAuthority();
  const root = new X509Certificate(authority.certificate);
  assert.equal(root.ca, true);
  assert.equal(root.verify(root.publicKey), true);

  const server = new X509Certificate(
    issueServer(authority, { commonName: 's' }, ['a.example', '127.0.0.1']).certificate,
  );
  assert.equal(server.checkIssued(root), true);
  assert.equal(server.verify(root.publicKey), true);
  assert.equal(server.ca, false);
  assert.equal(server.subjectAltName, 'DNS:a.example, IP Address:127.0.0.1');
  assert.ok(server.validFromDate < new Date() && new Date() < server.validToDate);

  const name = 'ü'.repeat(300); // long enough for lengths of two bytes
  const client = new X509Certificate(
    issueClient(authority, { commonName: 'alice', organizations: ['devs', name] }).certificate,
  );
  assert.equal(client.verify(root.publicKey), true);
  assert.deepEqual({ ...client.toLegacyObject().subject }, { O: ['devs', name], CN: 'alice' });
  assert.deepEqual(client.keyUsage, ['1.3.6.1.5.5.7.3.2']);
});
