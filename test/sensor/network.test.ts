import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../testbed/process.ts';
import { act, compileActor, type Line, type RunningSensor, sensorMissing, startSensor, workFolder } from './harness.ts';

describe('the network', { skip: await sensorMissing() }, () => {
  const work = workFolder();
  const servers: Server[] = [];
  let sensor: RunningSensor;
  let actor = '';

  before(async () => {
    actor = await compileActor(work, 'actor');
    sensor = await startSensor();
  });
  after(async () => {
    await sensor.stop();
    for (const server of servers) server.close();
  });

  async function serve(where: { readonly host: string } | { readonly path: string }): Promise<number> {
    const server = createServer((socket) => socket.on('error', () => undefined).destroy());
    servers.push(server);
    server.listen('path' in where ? where : { port: 0, ...where });
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async function seen(type: string, ...args: readonly string[]): Promise<Line> {
    const from = sensor.lines().length;
    await act(actor, ...args);
    return sensor.find(type, (line) => line['evt.type'] === type && line['proc.args'] === args.join(' '), from);
  }

  function assertFields(line: Line, expected: Line): void {
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, line[name]])), expected);
  }

  test('connect, IPv4', async () => {
    const port = await serve({ host: '127.0.0.1' });
    const line = await seen('connect', 'connect', '127.0.0.1', String(port));
    assertFields(line, {
      'evt.res': 'SUCCESS',
      'fd.typechar': '4',
      'fd.l4proto': 'tcp',
      'fd.sip': '127.0.0.1',
      'fd.sport': port,
      'fd.cip': '127.0.0.1',
      'fd.rip': '127.0.0.1',
      'fd.rport': port,
    });
    assert.equal(line['fd.name'], `127.0.0.1:${line['fd.cport']}->127.0.0.1:${port}`);
    assert.ok(Number(line['fd.lport']) > 0);
  });

  test('connect, IPv6, and IPv4 by an IPv6 socket', async (t) => {
    const port = await serve({ host: '::1' }).catch(() => 0);
    if (port === 0) {
      t.skip('no IPv6 here');
      return;
    }
    const line = await seen('connect', 'connect', '::1', String(port));
    assertFields(line, {
      'evt.res': 'SUCCESS',
      'fd.typechar': '6',
      'fd.l4proto': 'tcp',
      'fd.sip': '::1',
      'fd.sport': port,
      'fd.cip': '::1',
    });
    const v4 = await serve({ host: '127.0.0.1' });
    const mapped = await seen('connect', 'connect', '::ffff:127.0.0.1', String(v4));
    assertFields(mapped, { 'fd.typechar': '4', 'fd.sip': '127.0.0.1', 'fd.sport': v4 });
  });

  test('connect that is refused, or that nothing answers', async () => {
    const port = await freePort();
    assertFields(await seen('connect', 'connect', '127.0.0.1', String(port)), {
      'evt.res': 'ECONNREFUSED',
      'fd.sip': '127.0.0.1',
      'fd.sport': port,
    });
  });

  test('connect, Unix', async () => {
    const path = join(work, 'socket');
    await serve({ path });
    assertFields(await seen('connect', 'connect-unix', path), {
      'evt.res': 'SUCCESS',
      'fd.typechar': 'u',
      'fd.name': path,
    });
  });

  test('bind, listen and accept', async () => {
    const port = await freePort();
    const server = { 'fd.sip': '127.0.0.1', 'fd.sport': port, 'fd.lport': port, 'evt.res': 'SUCCESS' };
    assertFields(await seen('bind', 'serve', String(port)), server);
    assertFields(await seen('listen', 'serve', String(port)), server);
    const accepted = await seen('accept', 'serve', String(port));
    assertFields(accepted, { ...server, 'fd.cip': '127.0.0.1', 'fd.num': accepted['evt.rawres'] ?? 0 });
  });

  test('a datagram', async () => {
    assertFields(await seen('sendto', 'send', '127.0.0.9', '5353'), {
      'fd.l4proto': 'udp',
      'fd.sip': '127.0.0.9',
      'fd.sport': 5353,
      'evt.rawres': 1,
    });
  });

  test('two datagrams by one call', async () => {
    const line = await seen('sendto', 'send-many', '127.0.0.9', '5354');
    assertFields(line, { 'fd.sip': '127.0.0.9', 'fd.sport': 5354, 'evt.rawres': 1, 'evt.count': 2 });
  });

  for (const call of ['sendto', 'sendmsg', 'sendmmsg']) {
    test(`a question to a name server by ${call}, and its answer`, async (t) => {
      const address = '127.0.0.153';
      const server = createSocket('udp4');
      t.after(() => server.close());
      const record = Buffer.from('c00c00010001000000010004c6336407', 'hex'); // 198.51.100.7, named by a pointer
      server.on('message', (question, { port, address }) => {
        const answer = Buffer.concat([question, record]);
        answer.writeUInt16BE(0x8180, 2);
        answer.writeUInt16BE(1, 6);
        server.send(answer, port, address);
      });
      server.bind(53, address);
      await once(server, 'listening');
      const from = sensor.lines().length;
      const { status, out } = await act(actor, 'dns', address, call);
      assert.equal(status, 0, out);
      const find = (type: string): Promise<Line> =>
        sensor.find(type, (line) => line['dns.type'] === type && line['proc.args'] === `dns ${address} ${call}`, from);
      const asked = {
        'evt.type': 'dns',
        'dns.name': 'www.example.test',
        'dns.qtype': 'A',
        'fd.sip': address,
        'fd.sport': 53,
      };
      assertFields(await find('query'), { ...asked, 'evt.count': call === 'sendmmsg' ? 2 : 1 });
      assertFields(await find('response'), { ...asked, 'dns.rcode': 'NOERROR', 'dns.answers': '198.51.100.7' });
    });
  }

  test('a socket that becomes standard input', async () => {
    const port = await serve({ host: '127.0.0.1' });
    assertFields(await seen('dup2', 'reverse-shell', '127.0.0.1', String(port)), {
      'evt.rawres': 0,
      'fd.sip': '127.0.0.1',
      'fd.sport': port,
      'fd.typechar': '4',
    });
  });
});
