import { createHash, timingSafeEqual } from 'node:crypto';
import { open } from 'node:fs/promises';
import { parse } from 'yaml';
import { type Caller, namesOf } from './caller.ts';

const shortest = 16;
const known: readonly string[] = ['token', 'tenant', 'clusters', 'namespaces', 'name', 'write', 'ingest', 'node'];

interface Entry {
  readonly digest: Buffer;
  readonly caller: Caller;
}

/**
 * Reads a file of tokens, YAML or JSON: `tokens: [{token, clusters, namespaces, tenant, name, write, ingest, node}]`, where clusters is a list
 * of names or ids or "*", and all that follows may be left out. Returns who a token stands for, or null.
 * Throws, naming file and entry, when the file is open to others on the machine or not of this shape.
 */
export async function tokenFile(path: string, defaultTenant: string): Promise<(token: string) => Caller | null> {
  const entries = entriesOf(await contentOf(path), path, defaultTenant);
  return (token) => {
    const digest = digestOf(token);
    // Every entry is compared, and digests of equal length in constant time: the time taken tells nothing.
    const found = entries.filter((entry) => timingSafeEqual(entry.digest, digest));
    return found[0]?.caller ?? null;
  };
}

async function contentOf(path: string): Promise<unknown> {
  const text = await readPrivate(path);
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`${path} is not YAML: ${(error as Error).message}`);
  }
}

async function readPrivate(path: string): Promise<string> {
  const file = await open(path).catch(({ message }: Error) => {
    throw new Error(`the file of tokens ${path} cannot be read: ${message}`);
  });
  try {
    const { mode } = await file.stat();
    if ((mode & 0o006) !== 0) throw new Error(`${path} is open to every user of this machine: chmod 600 ${path}`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function entriesOf(content: unknown, path: string, defaultTenant: string): readonly Entry[] {
  const list = (content as { readonly tokens?: unknown } | null)?.tokens;
  if (!Array.isArray(list) || list.length === 0)
    throw new Error(`${path}: needs a list \`tokens\` with at least one entry`);
  return list.map((value: unknown, index) => {
    const wrong = (message: string) => new Error(`${path}: tokens[${index}]: ${message}`);
    const {
      token,
      tenant = defaultTenant,
      clusters,
      namespaces = '*',
      name = `token ${index + 1} of the file`,
      write = false,
      ingest = false,
      node = null,
    } = (value ?? {}) as Readonly<Record<string, unknown>>;
    // A limit that is misspelt would be none.
    const unknown = Object.keys(value ?? {}).find((key) => !known.includes(key));
    if (unknown !== undefined) throw wrong(`there is no \`${unknown}\`; there are ${known.join(', ')}`);
    const clusterNames = namesOf(clusters);
    const namespaceNames = namesOf(namespaces);
    if (typeof token !== 'string' || token.length < shortest)
      throw wrong(`\`token\` must have at least ${shortest} characters`);
    if (typeof tenant !== 'string' || tenant === '') throw wrong('`tenant` must be a text');
    if (clusterNames === null) throw wrong('`clusters` must be a list of clusters, or "*" for all');
    if (namespaceNames === null) throw wrong('`namespaces` must be a list of namespaces, or "*" for all');
    if (typeof name !== 'string' || name === '') throw wrong('`name` must be a text');
    if (typeof write !== 'boolean') throw wrong('`write` must be true or false');
    if (typeof ingest !== 'boolean') throw wrong('`ingest` must be true or false');
    if (ingest && write) throw wrong('a token with `ingest` sends events and does nothing else: leave out `write`');
    if (ingest && clusterNames === 'all') throw wrong('a token with `ingest` must name its clusters');
    if (node !== null && (typeof node !== 'string' || node === '' || !ingest))
      throw wrong('`node` must be the name of a node, beside `ingest`');
    const caller = {
      tenant,
      clusters: clusterNames,
      namespaces: namespaceNames,
      name,
      mayWrite: write,
      mayRead: !ingest,
      mayIngest: ingest,
      node,
      expiresAt: null,
    };
    return { digest: digestOf(token), caller };
  });
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
