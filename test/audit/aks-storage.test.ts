import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  BlobServiceClient,
  generateAccountSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { type BlobStorageCursor, followBlobStorage } from '../../collectors/audit/aks/blob-storage.ts';
import type { AuditRecord } from '../../collectors/audit/event.ts';
import { execIntoAPod } from '../../detections/rules/exec-into-a-pod.ts';
import { cloudFeed } from '../../gateway/ingest/audit-feeds.ts';
import { memoryLog, openHouse } from '../gateway/testbed.ts';
import { random, seeds } from '../property/random.ts';
import { type AzuriteTestbed, azuriteMissing, startAzurite } from '../testbed/azurite.ts';
import { access, alertedPods, followUntil } from './follow.ts';
import { chartManifests } from './histories.ts';

const skip = await azuriteMissing();
const hourMs = 3_600_000;
const closing = new AsyncDisposableStack();
let azurite: AzuriteTestbed;
let writer: BlobServiceClient;

before(async () => {
  if (skip !== false) return;
  azurite = await startAzurite();
  setDefaultCACertificates([...getCACertificates(), azurite.authority]);
  writer = BlobServiceClient.fromConnectionString(azurite.connectionString);
});
after(async () => {
  await closing.disposeAsync();
  await azurite?.stop();
});

/** What the owner of an account hands out: a signature for so much, and nothing else. */
function signedFor(permissions: string, resources = 'co'): string {
  const wanted = {
    permissions: AccountSASPermissions.parse(permissions),
    services: AccountSASServices.parse('b').toString(),
    resourceTypes: AccountSASResourceTypes.parse(resources).toString(),
    expiresOn: new Date(Date.now() + hourMs),
  };
  const sas = generateAccountSASQueryParameters(wanted, new StorageSharedKeyCredential(azurite.account, azurite.key));
  return `BlobEndpoint=https://${azurite.host};SharedAccessSignature=${sas}`;
}

function blobOf(cluster: string, hour: number, category = 'kube-audit') {
  const [year, month, day, of] = new Date(hour).toISOString().split(/[-T:]/);
  const folder = `SUBSCRIPTIONS/0A1B/RESOURCEGROUPS/SHOP/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/${cluster}`;
  const name = `resourceId=/${folder}/y=${year}/m=${month}/d=${day}/h=${of}/m=00/PT1H.json`;
  const container = writer.getContainerClient(`insights-logs-${category}`);
  return { container, blob: container.getAppendBlobClient(name) };
}

/** Appends to the blob of an hour, as Azure does. */
async function append(cluster: string, hour: number, text: string, category?: string): Promise<void> {
  const { container, blob } = blobOf(cluster, hour, category);
  await container.createIfNotExists();
  await blob.createIfNotExists();
  const bytes = Buffer.from(text);
  if (bytes.length > 0) await blob.appendBlock(bytes, bytes.length);
}

const exec = execIntoAPod.fires as AuditRecord;
const line = (id: string, log = JSON.stringify({ ...exec, auditID: id, objectRef: { ...exec.objectRef, name: id } })) =>
  `${JSON.stringify({ category: 'kube-audit', properties: { log, stream: 'stdout' } })}\n`;
const thisHour = (): number => Date.now() - (Date.now() % hourMs);
const address = (cluster: string, connectionString: string | null) => ({
  account: connectionString === null ? azurite.host : 'shop.blob.core.windows.net',
  resourceGroup: 'shop',
  cluster,
});

/** Reads until so much has come, as a process does that is killed then. */
async function read(
  cluster: string,
  after: BlobStorageCursor | null,
  count: number,
  connectionString: string | null = signedFor('rl'),
) {
  const ids: string[] = [];
  const problems: string[] = [];
  let cursor = after;
  const options = { source: { cluster: null }, after, connectionString, pollMs: 10 };
  for await (const batch of followBlobStorage(
    address(cluster, connectionString),
    options,
    AbortSignal.timeout(20_000),
  )) {
    ids.push(...batch.events.map(({ record }) => record.auditID));
    problems.push(...batch.problems.map(({ message }) => message));
    cursor = JSON.parse(JSON.stringify(batch.cursor)) as BlobStorageCursor;
    if (ids.length + problems.length >= count) break;
  }
  return { ids, problems, cursor };
}

test('blobs are read as they grow, wherever they are cut, over restarts and hours: each event once', {
  skip,
}, async () => {
  for (const seed of seeds(4)) {
    const from = random(seed);
    const cluster = `GROWS-${seed}`;
    const start = thisHour() - 2 * hourMs;
    const hours = [start, start + hourMs, start + 2 * hourMs];
    const ids = Array.from({ length: 120 }, (_, index) => `${seed} ${index}`);
    // At the turn of an hour Azure still writes to the one before.
    const texts = hours.map((_, at) =>
      ids.filter((_, index) => Math.min(2, Math.floor((index + (index % 7)) / 42)) === at),
    );
    await append(cluster, start, '');
    const write = async (): Promise<void> => {
      const left = texts.map((of) => of.map((id) => line(id)).join(''));
      while (left.some((text) => text !== '')) {
        const at = left.findIndex((text) => text !== '');
        const hour = from.chance(0.8) ? at : Math.min(2, at + 1);
        const size = from.integer(6_000);
        await append(cluster, hours[hour] as number, (left[hour] as string).slice(0, size));
        left[hour] = (left[hour] as string).slice(size);
      }
    };
    const writing = write();
    const taken: string[] = [];
    for (let cursor: BlobStorageCursor | null = { since: start, read: {} }; taken.length < ids.length; ) {
      const part = await read(cluster, cursor, Math.min(1 + from.integer(30), ids.length - taken.length));
      assert.deepEqual(part.problems, [], `seed ${seed}`);
      assert.ok(part.ids.length > 0, `seed ${seed}: ${taken.length} of ${ids.length} have come`);
      taken.push(...part.ids);
      cursor = part.cursor;
    }
    await writing;
    for (const [at, hour] of texts.entries())
      assert.deepEqual(
        taken.filter((id) => hour.includes(id)),
        hour,
        `seed ${seed}, hour ${at}`,
      );
    assert.equal(taken.length, ids.length, `seed ${seed}`);
  }
});

test('the first start reads the hour it is, of both categories and of this cluster only', { skip }, async () => {
  const hour = thisHour();
  await append('FIRST', hour - 3 * hourMs, line('old'));
  await append('FIRST', hour, line('a') + line('b'));
  await append('FIRST', hour, line('c'), 'kube-audit-admin');
  await append('SECOND', hour, line('of another cluster'));
  const { ids, cursor } = await read('FIRST', null, 3);
  assert.deepEqual(ids, ['a', 'b', 'c']);
  await append('FIRST', hour, line('d'));
  assert.deepEqual((await read('FIRST', cursor, 1)).ids, ['d']);
});

test('a restart after days reads what was written meanwhile, and tells what was deleted before', { skip }, async () => {
  const past = thisHour() - 60 * hourMs;
  const ids = ['h 0', 'h 10', 'h 24', 'h 59'];
  for (const id of ids) await append('DAYS', past + Number(id.slice(2)) * hourMs, line(id));
  const { ids: taken, cursor } = await read('DAYS', { since: past, read: {} }, 4);
  assert.deepEqual(taken, ids);
  assert.equal((await read('DAYS', { since: past, read: {} }, 1)).cursor?.since, past);
  await blobOf('DAYS', past).blob.delete();
  await append('DAYS', thisHour(), line('new'));
  const { ids: later, problems } = await read('DAYS', cursor, 2);
  assert.deepEqual(later, ['new']);
  assert.match(problems.join(), /^it was deleted: what was written behind byte \d+ is lost$/);
});

test('what is no record is told of, and what has no newline yet is read once it is whole', { skip }, async () => {
  const hour = thisHour();
  const kept = JSON.stringify({ ...exec, auditID: 'cut', requestObject: 'x' }).slice(0, -20);
  await append('BROKEN', hour, `not json\n[]\n\n${line('cut', kept)}${line('whole').trimEnd()}`);
  const { ids, problems, cursor } = await read('BROKEN', null, 5);
  assert.deepEqual(ids, ['cut', 'whole']);
  assert.match(problems.join('\n'), /not JSON[^\n]*\nthis is no diagnostic record[^\n]*\nevent cut was too large/);
  await append('BROKEN', hour, `\n${line('after').slice(0, 100)}`);
  const reading = read('BROKEN', cursor, 1);
  await append('BROKEN', hour, line('after').slice(100));
  assert.deepEqual((await reading).ids, ['after']);

  // The hour is long over, and its last record never was whole.
  await append('ENDED', hour - 4 * hourMs, line('ended') + line('lost').slice(0, 100));
  const ended = await read('ENDED', { since: hour - 5 * hourMs, read: {} }, 2);
  assert.deepEqual(ended.ids, ['ended']);
  assert.match(ended.problems.join(), /not JSON/);
});

test('what cannot be read is a sentence that says what to do', { skip }, async () => {
  await append('SHOP', thisHour(), line('a'));
  const fails = (cluster: string, connectionString: string, reason: string, message: RegExp) =>
    assert.rejects(read(cluster, null, 1, connectionString), { name: 'AuditSourceError', reason, message });
  await fails(
    'NOWHERE',
    signedFor('rl'),
    'UNREACHABLE',
    /no audit events of a cluster NOWHERE in a resource group shop/,
  );
  await fails('SHOP', signedFor('r'), 'FORBIDDEN', /the role Storage Blob Data Reader/);
  await fails('SHOP', signedFor('l'), 'FORBIDDEN', /the role Storage Blob Data Reader/);
  const key = Buffer.from('another').toString('base64');
  await fails('SHOP', azurite.connectionString.replace(azurite.key, key), 'UNAUTHORIZED', /knows us not/);
  await fails(
    'SHOP',
    'BlobEndpoint=http://127.0.0.1:1/shop;SharedAccessSignature=sv=1',
    'UNREACHABLE',
    /cannot be read/,
  );
});

test('the identity of the machine reads it as well, once it has one', { skip }, async (t) => {
  await append('IDENTITY', thisHour(), line('a'));
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  const claims = { aud: 'https://storage.azure.com', iss: 'https://sts.windows.net/0a1b/', iat: now, nbf: now - 60 };
  const token = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ ...claims, exp: now + 3_600 })}.${part({})}`;
  // As App Service gives a process its managed identity.
  let isGiven = false;
  const identity = createServer(({ url = '', headers }, response) => {
    const known = isGiven && headers['x-identity-header'] === 'mine' && url.includes('storage.azure.com');
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
    const given = { access_token: token, expires_on: now + 3_600, resource: claims.aud, token_type: 'Bearer' };
    response.end(JSON.stringify(known ? given : { statusCode: 401, message: 'no such identity' }));
  }).listen(0, '127.0.0.1');
  await once(identity, 'listening');
  t.after(() => identity.close());
  Object.assign(process.env, {
    AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
    IDENTITY_ENDPOINT: `http://127.0.0.1:${(identity.address() as AddressInfo).port}/token`,
    IDENTITY_HEADER: 'mine',
  });
  await assert.rejects(read('IDENTITY', null, 1, null), { reason: 'UNAUTHORIZED', message: /Azure knows us not/ });
  isGiven = true;
  assert.deepEqual((await read('IDENTITY', null, 1, null)).ids, ['a']);
});

test('a gateway that follows it raises alerts, and goes on where it was after a restart', { skip }, async () => {
  const house = await openHouse(closing);
  await chartManifests(house, 'prod', '');
  const { logger, lines } = memoryLog();
  const feed = cloudFeed('aks-storage://shop.blob.core.windows.net/shop/web', {
    ...access,
    storageAccount: signedFor('rl'),
  });
  assert.ok(feed);
  const follow = (until: () => Promise<boolean>) => followUntil(until, house, feed, logger);
  // The diagnostic setting is made while it looks for it.
  await follow(async () => lines.some((line) => line.includes('have a diagnostic setting of the cluster')));
  await append('WEB', thisHour(), line('web-0'));
  await follow(async () => (await alertedPods(house)).length === 1);
  await append('WEB', thisHour(), line('web-1'));
  await follow(async () => (await alertedPods(house)).length === 2);
  assert.deepEqual(await alertedPods(house), [
    ['web-0', 1],
    ['web-1', 1],
  ]);
});
