import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Something that answers as Cloud Logging does to entries:list, and as the metadata server of Google's machines, which gives tokens. */
export interface CloudLoggingFake {
  /** http://127.0.0.1:PORT; its host is that of the metadata server as well. */
  readonly url: string;
  readonly host: string;
  add(...entries: readonly LogEntry[]): void;
  /** The answer to everything from now on, with this status; null for the usual. */
  refuse(status: number | null): void;
  /** How many pages have been asked for. */
  readonly pages: number;
  /** How many entries have been handed out. */
  readonly handedOut: number;
  stop(): Promise<void>;
}

export interface LogEntry {
  readonly insertId: string;
  readonly timestamp: string;
  /** When it was added, where it is missing. */
  readonly receiveTimestamp?: string;
  readonly logName: string;
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly protoPayload: Readonly<Record<string, unknown>>;
}

interface Asked {
  readonly resourceNames: readonly string[];
  readonly filter: string;
  readonly orderBy: string;
  readonly pageSize: number;
  readonly pageToken?: string;
}

const token = 'ya29.token-of-the-machine';
/** The service gives at most so many, whatever is asked for; here fewer, so that there are pages. */
const mostEntries = 100;

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list */
export async function startCloudLogging(): Promise<CloudLoggingFake> {
  const entries: LogEntry[] = [];
  let refusal: number | null = null;
  let pages = 0;
  let handedOut = 0;

  function answer(path: string, { headers }: IncomingMessage, body: string): readonly [status: number, body: unknown] {
    if (path.startsWith('/computeMetadata/v1')) {
      if (headers['metadata-flavor'] !== 'Google') return [403, {}];
      if (path.includes('/token')) return [200, { access_token: token, expires_in: 3_600, token_type: 'Bearer' }];
      return [200, {}];
    }
    if (path !== '/v2/entries:list') return [404, { error: { message: `${path} is not served` } }];
    if (headers.authorization !== `Bearer ${token}`) return [401, { error: { message: 'invalid credentials' } }];
    if (refusal !== null) return [refusal, { error: { code: refusal, message: 'refused by the test' } }];
    pages++;
    const { resourceNames, filter, orderBy, pageSize, pageToken } = JSON.parse(body) as Asked;
    if (orderBy !== 'timestamp asc') return [400, { error: { message: `orderBy ${orderBy}` } }];
    const wanted = entries
      .filter((entry) => resourceNames.some((name) => entry.logName.startsWith(`${name}/`)) && matches(entry, filter))
      .sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
    const from = Number(pageToken ?? 0);
    const to = from + Math.min(pageSize, mostEntries);
    // A page may be empty, and yet not the last.
    if (pageToken === undefined && wanted.length > mostEntries) return [200, { nextPageToken: '0' }];
    const page = wanted.slice(from, to);
    handedOut += page.length;
    return [200, { entries: page, ...(to < wanted.length && { nextPageToken: String(to) }) }];
  }

  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const [status, value] = answer(request.url ?? '', request, body);
      response.writeHead(status, { 'content-type': 'application/json', 'metadata-flavor': 'Google' });
      response.end(JSON.stringify(value));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    add: (...more) => {
      const receiveTimestamp = new Date().toISOString();
      entries.push(...more.map((entry) => ({ receiveTimestamp, ...entry })));
    },
    refuse: (status) => {
      refusal = status;
    },
    get pages() {
      return pages;
    },
    get handedOut() {
      return handedOut;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The part of the query language that is asked in; a clause that is not known is an error. */
function matches(entry: LogEntry, filter: string): boolean {
  return filter.split(' AND ').every((clause) => {
    const logs = [...clause.matchAll(/log_id\("([^"]+)"\)/g)].map(([, id = '']) => encodeURIComponent(id));
    if (logs.length > 0) return logs.some((id) => entry.logName.endsWith(`/logs/${id}`));
    const [, path = '', operator = '', value = ''] = /^([\w.]+)(>=|=)"([^"]*)"$/.exec(clause) ?? [];
    let found: unknown = entry;
    for (const key of path.split('.')) found = (found as Readonly<Record<string, unknown>> | undefined)?.[key];
    if (path === '' || found === undefined) throw new Error(`the fake knows no clause ${clause}`);
    return operator === '=' ? found === value : Date.parse(String(found)) >= Date.parse(value);
  });
}
