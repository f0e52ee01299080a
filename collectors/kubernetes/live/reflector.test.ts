import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Observation } from '../../../graph/model/observation.ts';
import type { ObjectKind } from '../kind.ts';
import { namespace } from '../kinds/namespace.ts';
import { apiServer } from './api-server.ts';
import { reflect } from './reflector.ts';
import { slots } from './slots.ts';
import { defaultTiming, pause, type Timing } from './timing.ts';

const fast: Timing = {
  ...defaultTiming,
  requestMs: 2000,
  watchIdleMs: 2000,
  settledMs: 1000,
  backoffMs: [4, 20],
  deniedRetryMs: 30,
  notServedRetryMs: 30,
};

type Step = (response: ServerResponse, request: IncomingMessage) => void;

/** One of our namespaces; its UID is its name. */
function object(name: string, version: number): object {
  return { metadata: { name, uid: `uid-${name}`, resourceVersion: String(version) } };
}

function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Step {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

function list(names: readonly string[], version: number, token?: string): Step {
  return json({
    metadata: { resourceVersion: String(version), continue: token },
    items: names.map((name) => object(name, 1)),
  });
}

function failure(code: number, message = 'no', headers: Readonly<Record<string, string>> = {}): Step {
  return json({ kind: 'Status', code, message }, code, headers);
}

function event(type: string, name: string, version: number): string {
  return `${JSON.stringify({ type, object: object(name, version) })}\n`;
}

const expiredEvent = `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old' } })}\n`;

/** Writes these and goes on: `end` closes in order, `cut` breaks the connection, `hold` says nothing more. */
function watch(parts: readonly string[], then: 'end' | 'cut' | 'hold' = 'hold'): Step {
  return (response) => {
    response.writeHead(200).flushHeaders();
    for (const part of parts) response.write(part);
    if (then === 'end') response.end();
    if (then === 'cut') setTimeout(() => response.destroy(), 20);
  };
}

interface Scripted {
  /** What was asked, without the random timeout. */
  readonly requests: string[];
  readonly tokens: (string | undefined)[];
  readonly accepted: (string | undefined)[];
  readonly kubeconfig: string;
  readonly server: Server;
}

function writeKubeconfig(path: string, port: number, token: string): void {
  const cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(path, JSON.stringify(config));
}

/** A server that answers by the script, step by step, and after it with watches that say nothing. */
async function play(t: TestContext, steps: readonly Step[]): Promise<Scripted> {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-'));
  const left = [...steps];
  const requests: string[] = [];
  const tokens: (string | undefined)[] = [];
  const accepted: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const query = (request.url ?? '').replace(/^\/api\/v1\/namespaces\??/, '').replace(/&timeoutSeconds=\d+/, '');
    requests.push(query || 'all');
    tokens.push(request.headers.authorization);
    accepted.push(request.headers.accept);
    (left.shift() ?? watch([]))(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const kubeconfig = join(folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, (server.address() as AddressInfo).port, 'first');
  return { requests, tokens, accepted, kubeconfig, server };
}

/** An observation in words: `+a` for each record, `-a` for each key removed. */
function words(observation: Observation): readonly string[] {
  if (observation.type === 'records') return observation.records.map(({ nodes }) => `+${nodes[0]?.name}`);
  if (observation.type === 'removed') return observation.keys.map((key) => key.replace('uid-', '-'));
  if (observation.type === 'unreadable') return [observation.reason];
  return [observation.type];
}

/** Reflects until this word comes for the n-th time, then stops; returns all words. Fails after five seconds. */
async function until(
  { kubeconfig }: Scripted,
  last: string,
  {
    times = 1,
    timing = fast,
    kind = namespace,
    each,
  }: { times?: number; timing?: Timing; kind?: ObjectKind; each?: (observation: Observation) => unknown } = {},
): Promise<readonly string[]> {
  const stop = new AbortController();
  const overdue = setTimeout(() => stop.abort(), 5000);
  const server = apiServer({ kubeconfig }, timing);
  const said: string[] = [];
  const options = { context: { cluster: 'c', audiences: [] }, timing, slots: slots(1), signal: stop.signal };
  try {
    for await (const observation of reflect(kind, server, options)) {
      said.push(...words(observation));
      await each?.(observation);
      if (said.at(-1) === last && said.filter((word) => word === last).length === times) stop.abort();
    }
  } finally {
    clearTimeout(overdue);
    stop.abort();
    await server.close();
  }
  assert.equal(said.at(-1), last, `${last} did not come: ${said}`);
  return said;
}

const watchFrom = (version: number): string => `watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;

test('lists page by page, then watches from the version of the list', async (t) => {
  const script = await play(t, [
    list(['a', 'b'], 10, 'more/1'),
    list(['c'], 10),
    watch([event('ADDED', 'd', 11), event('MODIFIED', 'a', 12) + event('DELETED', 'b', 13), event('ADDED', 'e', 14)]),
  ]);
  const said = await until(script, '+e');
  assert.deepEqual(said, ['snapshot', '+a', '+b', '+c', 'complete', '+d', '+a', '-b', '+e']);
  assert.deepEqual(script.requests, ['limit=500', 'limit=500&continue=more%2F1', watchFrom(10)]);
});

test('asks for a kind whose contents do not matter as a Table, and watches it as one', async (t) => {
  const table = (names: readonly string[], version: number, columnDefinitions: unknown): object => ({
    kind: 'Table',
    metadata: { resourceVersion: String(version) },
    columnDefinitions,
    rows: names.map((name) => ({ cells: [name, '1s'], object: object(name, version) })),
  });
  const columns = [{ name: 'Name' }, { name: 'Age' }];
  const tableEvent = (type: string, names: readonly string[], version: number, first = false): string =>
    `${JSON.stringify({ type, object: table(names, version, first ? columns : null) })}\n`;
  const script = await play(t, [
    json(table(['a', 'b'], 10, columns)),
    watch(
      [tableEvent('ADDED', ['c'], 11, true), tableEvent('BOOKMARK', [''], 12), tableEvent('DELETED', ['a'], 13)],
      'end',
    ),
    watch([tableEvent('ADDED', ['d'], 14, true)]),
  ]);
  const ages: unknown[] = [];
  const kind: ObjectKind = {
    ...namespace,
    asTable: true,
    map: (found, context) => {
      ages.push(found.fields.string('age'));
      return namespace.map(found, context);
    },
  };
  assert.deepEqual(await until(script, '+d', { kind }), ['snapshot', '+a', '+b', 'complete', '+c', '-a', '+d']);
  assert.deepEqual(script.requests, [
    'includeObject=Metadata&limit=500',
    `includeObject=Metadata&${watchFrom(10)}`,
    `includeObject=Metadata&${watchFrom(13)}`,
  ]);
  assert.ok(script.accepted.every((accept) => accept === 'application/json;as=Table;g=meta.k8s.io;v=v1'));
  assert.deepEqual(ages, ['1s', '1s', '1s', '1s', '1s']);
});

test('groups what arrives together', async (t) => {
  const together = ['a', 'b', 'c'].map((name, i) => event('ADDED', name, i + 2)).join('') + event('DELETED', 'a', 5);
  const script = await play(t, [list([], 1), watch([together])]);
  let count = 0;
  const said = await until(script, '-a', { each: () => (count += 1) });
  assert.deepEqual(said, ['snapshot', 'complete', '+a', '+b', '+c', '-a']);
  assert.equal(count, 4);
});

test('a watch that ends goes on from its last event or bookmark', async (t) => {
  const script = await play(t, [
    list([], 1),
    watch([event('ADDED', 'a', 2), event('BOOKMARK', '', 7)], 'end'),
    watch([event('ADDED', 'b', 8)], 'end'),
    watch([event('ADDED', 'c', 9)]),
  ]);
  assert.deepEqual(await until(script, '+c'), ['snapshot', 'complete', '+a', '+b', '+c']);
  assert.deepEqual(script.requests, ['limit=500', watchFrom(1), watchFrom(7), watchFrom(8)]);
});

test('a connection cut within a line goes on from the last whole event', async (t) => {
  const torn = event('ADDED', 'b', 3);
  const script = await play(t, [
    list([], 1),
    watch([event('ADDED', 'a', 2), torn.slice(0, 20)], 'cut'),
    watch([torn, event('ADDED', 'c', 4)]),
  ]);
  assert.deepEqual(await until(script, '+c'), ['snapshot', 'complete', '+a', '+b', '+c']);
  assert.deepEqual(script.requests, ['limit=500', watchFrom(1), watchFrom(2)]);
});

test('a silent watch is opened anew from where it stood', async (t) => {
  const script = await play(t, [list(['a'], 1), watch([event('ADDED', 'b', 2)]), watch([event('ADDED', 'c', 3)])]);
  assert.deepEqual(await until(script, '+c', { timing: { ...fast, watchIdleMs: 60 } }), [
    'snapshot',
    '+a',
    'complete',
    '+b',
    '+c',
  ]);
  assert.deepEqual(script.requests.at(-1), watchFrom(2));
});

for (const [where, step] of [
  ['as an event', watch([event('ADDED', 'c', 3), expiredEvent])],
  ['at the start', failure(410)],
] as const) {
  test(`410 Gone to a watch, ${where}, takes a new list, without what was deleted while away`, async (t) => {
    const script = await play(t, [list(['a', 'b'], 2), step, list(['a'], 9), watch([event('ADDED', 'd', 10)])]);
    const said = await until(script, '+d');
    assert.deepEqual(said.slice(-4), ['snapshot', '+a', 'complete', '+d']);
    assert.deepEqual(script.requests, ['limit=500', watchFrom(2), 'limit=500', watchFrom(9)]);
  });
}

test('410 Gone to a page starts over, and at last asks for everything at once', async (t) => {
  const script = await play(t, [
    list(['a'], 1, 'x'),
    failure(410),
    list(['a'], 2, 'y'),
    failure(410),
    list(['a', 'b'], 3),
    watch([event('ADDED', 'c', 4)]),
  ]);
  assert.deepEqual(await until(script, '+c'), [
    'snapshot',
    '+a',
    'snapshot',
    '+a',
    'snapshot',
    '+a',
    '+b',
    'complete',
    '+c',
  ]);
  assert.deepEqual(script.requests, [
    'limit=500',
    'limit=500&continue=x',
    'limit=500',
    'limit=500&continue=y',
    'all',
    watchFrom(3),
  ]);
});

test('a kind that may not be read is FORBIDDEN once, until it may', async (t) => {
  const script = await play(t, [failure(403, 'namespaces is forbidden'), failure(403), list(['a'], 1)]);
  const messages: string[] = [];
  const said = await until(script, 'complete', {
    each: (observation) => observation.type === 'unreadable' && messages.push(observation.message),
  });
  assert.deepEqual(said, ['FORBIDDEN', 'snapshot', '+a', 'complete']);
  assert.match(messages[0] ?? '', /^namespaces is forbidden; grant the verbs list and watch on namespaces/);
});

test('a right that is taken away while watching is told, and its return too', async (t) => {
  const script = await play(t, [list(['a'], 1), failure(403), failure(403), list(['b'], 5)]);
  const said = await until(script, 'complete', { times: 2 });
  assert.deepEqual(said, ['snapshot', '+a', 'complete', 'FORBIDDEN', 'snapshot', '+b', 'complete']);
});

describe('a kind that may not be served', () => {
  const kind: ObjectKind = { ...namespace, group: 'example.com', version: 'v1', resource: 'things' };
  const groups = (...versions: readonly string[]): Step =>
    json({
      kind: 'APIGroupList',
      groups: versions.length === 0 ? [] : [{ name: kind.group, versions: versions.map((version) => ({ version })) }],
    });
  const resources = (...names: readonly string[]): Step => json({ resources: names.map((name) => ({ name })) });
  const at = (version: string): string => `/apis/example.com/${version}`;

  test('has no objects while it is not, and is found once it is', async (t) => {
    const script = await play(t, [
      ...[failure(404), groups()],
      ...[failure(403), groups('v1'), resources('others')],
      list(['a'], 1),
      watch([event('ADDED', 'b', 2)], 'end'),
    ]);
    const said = await until(script, '+b', { kind });
    assert.deepEqual(said, ['snapshot', 'complete', 'snapshot', '+a', 'complete', '+b']);
  });

  test('ends without a gap when it is served no more', async (t) => {
    const script = await play(t, [list(['a'], 1), failure(404), groups(), list(['b'], 1)]);
    const said = await until(script, 'complete', { kind, times: 3 });
    assert.deepEqual(said, ['snapshot', '+a', 'complete', 'snapshot', 'complete', 'snapshot', '+b', 'complete']);
  });

  test('is read in another version where ours is not served', async (t) => {
    const script = await play(t, [failure(404), groups('v1beta1'), resources('things'), list(['a'], 1)]);
    assert.deepEqual(await until(script, 'complete', { kind }), ['snapshot', '+a', 'complete']);
    assert.deepEqual(script.requests.slice(0, 4), [
      `${at('v1')}/things?limit=500`,
      '/apis',
      at('v1beta1'),
      `${at('v1beta1')}/things?limit=500`,
    ]);
  });

  test('is out of reach, not gone, while discovery does not say so', async (t) => {
    const missing = [failure(404), failure(404)];
    const script = await play(t, [list(['a'], 1), ...missing, ...missing, ...missing, list(['b'], 2)]);
    const said = await until(script, 'complete', { kind, times: 2 });
    assert.deepEqual(said, ['snapshot', '+a', 'complete', 'UNREACHABLE', 'snapshot', '+b', 'complete']);
  });

  test('is FORBIDDEN where it is served, or where discovery is forbidden, too', async (t) => {
    const script = await play(t, [
      failure(403),
      groups('v1'),
      resources('things'),
      failure(403),
      failure(403),
      list([], 1),
    ]);
    assert.deepEqual(await until(script, 'complete', { kind }), ['FORBIDDEN', 'snapshot', 'complete']);
  });
});

test('throttling is waited out as long as the server asks, within a limit', async (t) => {
  const script = await play(t, [failure(429, 'slow down', { 'retry-after': '1' }), list([], 1)]);
  const startedAt = Date.now();
  await until(script, 'complete', { timing: { ...fast, maxRetryAfterMs: 250 } });
  const took = Date.now() - startedAt;
  assert.ok(took >= 240 && took < 900, `${took} ms`);
});

test('an outage is declared after the third failure, once, and ends with a new list', async (t) => {
  const errors = Array.from({ length: 5 }, () => failure(500, 'etcd is down'));
  const script = await play(t, [list(['a'], 1), ...errors, list(['b'], 2)]);
  const said = await until(script, 'complete', { times: 2 });
  assert.deepEqual(said, ['snapshot', '+a', 'complete', 'UNREACHABLE', 'snapshot', '+b', 'complete']);
  assert.deepEqual(script.requests.slice(0, 5), ['limit=500', watchFrom(1), watchFrom(1), watchFrom(1), 'limit=500']);
});

test('an outage in the middle of a list is declared anew: its first page had ended the gap', async (t) => {
  const down = Array.from({ length: 3 }, () => failure(500));
  const script = await play(t, [...down, list(['a'], 1, 'more'), failure(500), list(['a'], 2)]);
  const said = await until(script, 'complete');
  assert.deepEqual(said, ['UNREACHABLE', 'snapshot', '+a', 'UNREACHABLE', 'snapshot', '+a', 'complete']);
});

test('fewer failures are passed over in silence', async (t) => {
  const script = await play(t, [list(['a'], 1), failure(503), failure(500), watch([event('ADDED', 'b', 2)])]);
  assert.deepEqual(await until(script, '+b'), ['snapshot', '+a', 'complete', '+b']);
});

test('an API server that is gone and comes back is followed again', async (t) => {
  const script = await play(t, [list(['a'], 1), watch([event('ADDED', 'b', 2)])]);
  const { port } = script.server.address() as AddressInfo;
  let gone = false;
  const said = await until(script, 'complete', {
    times: 2,
    each: async (observation) => {
      if (words(observation).includes('+b')) {
        script.server.closeAllConnections();
        await new Promise((resolve) => script.server.close(resolve));
        gone = true;
      }
      if (gone && observation.type === 'unreadable') {
        script.server.removeAllListeners('request');
        script.server.on('request', (request, response) => {
          if (request.url?.includes('watch=')) watch([])(response, request);
          else list(['c'], 1)(response, request);
        });
        await new Promise<void>((resolve) => script.server.listen(port, '127.0.0.1', resolve));
      }
    },
  });
  assert.deepEqual(said.slice(0, 5), ['snapshot', '+a', 'complete', '+b', 'UNREACHABLE']);
  assert.deepEqual(said.slice(-3), ['snapshot', '+c', 'complete']);
});

test('credentials that ran out are read anew', async (t) => {
  const script = await play(t, [failure(401), list([], 1)]);
  const { port } = script.server.address() as AddressInfo;
  script.server.prependOnceListener('request', () => writeKubeconfig(script.kubeconfig, port, 'second'));
  assert.deepEqual(await until(script, 'complete'), ['snapshot', 'complete']);
  assert.deepEqual(script.tokens.slice(0, 2), ['Bearer first', 'Bearer second']);
});

test('credentials that stay refused are UNAUTHORIZED', async (t) => {
  const script = await play(t, [failure(401), failure(401), list([], 1)]);
  assert.deepEqual(await until(script, 'complete'), ['UNAUTHORIZED', 'snapshot', 'complete']);
});

test('a line that is no event is a problem, and the watch goes on', async (t) => {
  const script = await play(t, [
    list([], 1),
    watch(['{"type": "ADDED", "obj\n', '[]\n', '\n', event('ADDED', 'a', 2)]),
  ]);
  const said = await until(script, '+a');
  assert.deepEqual(said, ['snapshot', 'complete', 'problem', 'problem', 'problem', '+a']);
  assert.equal(script.requests.length, 2);
});

test('a malformed object is a problem with its name and field, and the rest goes in', async (t) => {
  const odd = { metadata: { name: 'odd', uid: 'u', labels: { a: 5 } } };
  const script = await play(t, [
    json({ metadata: { resourceVersion: '1' }, items: [odd, { metadata: {} }, 7, object('a', 1)] }),
  ]);
  const problems: string[] = [];
  const said = await until(script, 'complete', {
    each: (observation) =>
      observation.type === 'problem' && problems.push(`${observation.place}: ${observation.message}`),
  });
  assert.deepEqual(
    said.filter((word) => word !== 'problem'),
    ['snapshot', '+odd', '+a', 'complete'],
  );
  assert.deepEqual(problems, [
    'Namespace/odd: metadata.labels["a"] must be a string',
    'Namespace: metadata.name is missing or invalid',
    'Namespace: must be an object',
    'Namespace: metadata.name is missing or invalid',
  ]);
});

test('an answer that is no list is a failure, not an empty cluster', async (t) => {
  const nothing: Step = (response) => response.end('<html>');
  const script = await play(t, [json({}), nothing, json(null), list(['a'], 1)]);
  const said = await until(script, 'complete');
  assert.deepEqual(said, ['UNREACHABLE', 'snapshot', '+a', 'complete']);
});

test('packed pages are unpacked', async (t) => {
  const packed: Step = (response) => {
    const body = JSON.stringify({ metadata: { resourceVersion: '1' }, items: [object('a', 1)] });
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
  };
  const script = await play(t, [packed]);
  assert.deepEqual(await until(script, 'complete'), ['snapshot', '+a', 'complete']);
});

test('a reader that stops stops the server', async (t) => {
  const line = event('ADDED', 'x'.repeat(200), 2).repeat(1000);
  let written = 0;
  const flood: Step = (response) => {
    response.writeHead(200);
    const more = (): void => {
      for (let i = 0; i < 4; i += 1) {
        written += line.length;
        if (!response.write(line)) break;
      }
      response.once('drain', more);
    };
    more();
  };
  const script = await play(t, [list([], 1), flood]);
  let before = 0;
  await until(script, 'stop', {
    each: async (observation) => {
      if (observation.type !== 'records' || before > 0) return;
      await pause(150, new AbortController().signal);
      before = written;
      await pause(150, new AbortController().signal);
      assert.equal(written, before);
      throw new Error('seen');
    },
  }).catch((error: Error) => assert.equal(error.message, 'seen'));
  assert.ok(before > 0 && before < 64 << 20, `${before} bytes`);
});
