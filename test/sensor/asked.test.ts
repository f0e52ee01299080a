import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../testbed/process.ts';
import { act, compileActor, type Line, type RunningSensor, sensorMissing, startSensor, workFolder } from './harness.ts';

// What is told only where it is asked for: docs/sensor.md, "What rules have to ask for".

const rules = `
- rule: traversal
  desc: d
  condition: evt.type in (open, openat) and fd.name = /etc/shadow and fd.nameraw contains ../../
  output: "%fd.nameraw"
  priority: WARNING
- rule: packets
  desc: d
  condition: evt.type = socket and evt.arg.domain contains AF_PACKET
  output: "%evt.arg.domain %evt.arg.type"
  priority: NOTICE
- rule: heard
  desc: d
  condition: evt.type in (recvfrom, recvmsg) and fd.l4proto = udp and fd.connected = false and proc.name = actor
  output: "%fd.sport"
  priority: NOTICE
- rule: environment
  desc: d
  condition: evt.type = execve and proc.env[GREETING] = "good day" and proc.env contains "DB_PASSWORD=hunter2"
  output: "%proc.env %proc.env[DB_PASSWORD] %toupper(proc.env[DB_PASSWORD]) %proc.aenv[1]"
  priority: NOTICE
- rule: below
  desc: d
  condition: evt.type = execve and proc.name = true and proc.aenv[DB_PASSWORD] = hunter2
  output: "%proc.aenv[DB_PASSWORD]"
  priority: NOTICE
  tags: [keep]
`;

describe('what is asked for', { skip: await sensorMissing() }, () => {
  const work = workFolder();
  let actor = '';

  before(async () => {
    actor = await compileActor(work, 'actor');
    writeFileSync(join(work, 'rules.yaml'), rules);
  });

  /** A program with secrets in its environment, and one below it. */
  const secrets = (): Promise<unknown> =>
    promisify(execFile)('/bin/sh', ['-c', '/bin/true; exit 0'], {
      env: {
        GREETING: 'good day',
        DB_PASSWORD: 'hunter2',
        LD_LIBRARY_PATH: '/srv/lib',
        HTTPS_PROXY: 'http://ann:hunter2@proxy.example:3128/?t=hunter2',
      },
    });

  describe('by nobody in particular: all events', () => {
    let sensor: RunningSensor;
    before(async () => {
      sensor = await startSensor();
    });
    after(() => sensor.stop());

    async function seen(type: string, ...args: readonly string[]): Promise<Line> {
      const from = sensor.lines().length;
      await act(actor, ...args);
      return sensor.find(type, (line) => line['evt.type'] === type && line['proc.args'] === args.join(' '), from);
    }

    test('the path as it was given', async () => {
      const path = relative(process.cwd(), '/etc/shadow');
      const line = await seen('openat', 'open', '0', path);
      assert.deepEqual([line['fd.name'], line['fd.nameraw']], ['/etc/shadow', path]);
    });

    test('a socket of a family that is not made all the time, and a raw one; no others', async () => {
      const [inet, raw, packet] = [
        ['2', '2', '0'],
        ['2', '3', '1'],
        ['17', '3', '768'],
      ];
      const from = sensor.lines().length;
      await act(actor, 'call', 'socket', ...inet);
      assert.equal((await seen('socket', 'call', 'socket', ...raw))['evt.arg.domain'], 'AF_INET');
      const line = await seen('socket', 'call', 'socket', ...packet);
      const expected = { 'evt.arg.domain': 'AF_PACKET', 'evt.arg.type': 3, 'evt.arg.proto': 768, 'evt.res': 'SUCCESS' };
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, line[name]])), expected);
      assert.ok(Number(line['fd.num']) > 2);
      const denied = await seen('socket', 'call', 'socket', '12345', '3', '0');
      assert.deepEqual([denied['evt.arg.domain'], denied['evt.res']], ['12345', 'EAFNOSUPPORT']);
      const made = sensor
        .lines()
        .slice(from)
        .filter((line) => line['evt.type'] === 'socket');
      assert.ok(!made.some((line) => line['proc.args'] === `call socket ${inet.join(' ')}`));
    });

    for (const call of ['recvfrom', 'recvmsg']) {
      test(`the first datagram of a peer, by ${call}`, async () => {
        const from = sensor.lines().length;
        const port = await freePort();
        const line = await seen('recvfrom', 'receive', String(port), call);
        const {
          'fd.l4proto': protocol,
          'fd.sport': server,
          'fd.sip': address,
          'fd.cip': peer,
          'evt.rawres': bytes,
        } = line;
        assert.deepEqual([protocol, server, address, peer, bytes], ['udp', port, '127.0.0.1', '127.0.0.1', 1]);
        assert.ok(Number(line['fd.rport']) > 0);
        await seen('socket', 'call', 'socket', '17', '3', '0'); // what came before is out by now
        const all = sensor.lines().slice(from);
        assert.equal(
          all.filter((other) => other['evt.type'] === 'recvfrom' && other['proc.pid'] === line['proc.pid']).length,
          1,
        );
      });
    }

    test('no environment', async () => {
      const from = sensor.lines().length;
      await secrets();
      const line = await sensor.find(
        'true',
        (line) => line['proc.exepath'] === '/usr/bin/true' || line['proc.name'] === 'true',
        from,
      );
      assert.ok(!JSON.stringify(sensor.lines()).includes('hunter2'));
      assert.ok(!Object.keys(line).some((name) => /env/.test(name)));
    });
  });

  test('by rules: they fire, and secrets stay', async () => {
    const sensor = await startSensor('--alerts', '--rules', join(work, 'rules.yaml'));
    try {
      assert.doesNotMatch(sensor.errors(), /cover/);
      const port = await freePort();
      await act(actor, 'open', '0', relative(process.cwd(), '/etc/shadow'));
      await act(actor, 'call', 'socket', '17', '3', '768');
      await act(actor, 'receive', String(port), 'recvmsg');
      await secrets();
      const output = async (rule: string): Promise<unknown> => {
        const { output } = await sensor.find(rule, ({ rule: found }) => found === rule);
        return output;
      };
      assert.match(String(await output('traversal')), /^(?:\.\.\/)+etc\/shadow$/);
      assert.equal(await output('packets'), 'AF_PACKET 3');
      assert.equal(await output('heard'), String(port));
      const told = 'GREETING= DB_PASSWORD= LD_LIBRARY_PATH=/srv/lib HTTPS_PROXY=http://proxy.example:3128';
      assert.ok(
        String(await output('environment')).startsWith(`${told} DB_PASSWORD= DB_PASSWORD= `),
        String(await output('environment')),
      );
      assert.equal(await output('below'), 'DB_PASSWORD=');
      assert.ok(!JSON.stringify(sensor.lines()).includes('hunter2'));
      assert.ok(!sensor.errors().includes('hunter2'));
    } finally {
      await sensor.stop();
    }
  });

  test('into a spool: they fire, and secrets stay', async () => {
    const spool = join(work, 'spool');
    const sensor = await startSensor('--spool', spool, '--rules', join(work, 'rules.yaml'));
    const text = (): string =>
      readdirSync(spool)
        .map((name) => readFileSync(join(spool, name), 'latin1'))
        .join('');
    try {
      await secrets();
      for (let tries = 0; tries < 500 && !/"proc\.name":"true"/.test(text()); tries++) await sleep(20);
    } finally {
      await sensor.stop();
    }
    assert.match(text(), /"rule":"environment"/);
    assert.match(text(), /"proc\.name":"true"/);
    assert.ok(!/hunter2/i.test(text()));
  });
});
