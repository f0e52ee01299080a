import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type FakePod, fakePod } from './fake-pod.ts';
import { act, type RunningSensor, sensorMissing, startSensor } from './harness.ts';

describe('whose events they are', { skip: await sensorMissing() }, () => {
  let sensor: RunningSensor;
  let pod: FakePod;

  before(async () => {
    sensor = await startSensor();
    pod = fakePod();
  });
  after(async () => {
    await sensor.stop();
    await pod.remove();
  });

  test('a shell in a pod, with what it reads', async () => {
    const { status } = await pod.run('sh', '-c', 'cd /var; head -c1 /etc/shadow; /bin/echo hello arg');
    assert.equal(status, 0);
    const shell = await sensor.find(
      'the shell',
      (line) => line['evt.type'] === 'execve' && String(line['proc.cmdline']).startsWith('sh -c cd /var'),
    );
    assert.equal(shell['k8s.pod.uid'], pod.uid);
    assert.equal(shell['container.id'], pod.containerId.slice(0, 12));
    assert.equal(shell['container.full_id'], pod.containerId);
    assert.equal(shell['container.runtime'], 'containerd');
    assert.equal(shell['proc.vpid'], 1);
    assert.equal(shell['proc.pname'], 'unshare');
    assert.notEqual(shell['proc.pid'], 1);
    for (const kind of ['mnt', 'pid', 'net', 'user']) {
      const ours = Number(/\d+/.exec(readlinkSync(`/proc/self/ns/${kind}`))?.[0]);
      assert.ok(Number(shell[`proc.ns.${kind}`]) > 0);
      assert.notEqual(shell[`proc.ns.${kind}`], ours, `${kind} namespace`);
    }
    const echo = await sensor.find(
      'echo',
      (line) => line['evt.type'] === 'execve' && line['proc.name'] === 'echo' && line['k8s.pod.uid'] === pod.uid,
    );
    assert.equal(echo['proc.cmdline'], 'echo hello arg');
    assert.equal(echo['proc.args'], 'hello arg');
    assert.equal(echo['proc.exe'], '/bin/echo');
    assert.equal(echo['proc.cwd'], '/var');
    assert.equal(echo['proc.ppid'], shell['proc.pid']);
    assert.equal(echo['proc.pname'], 'sh');
    assert.equal(echo['proc.aname[2]'], 'unshare');
    const read = await sensor.find(
      'the open',
      (line) => line['fd.name'] === '/etc/shadow' && line['k8s.pod.uid'] === pod.uid,
    );
    assert.equal(read['proc.name'], 'head');
    assert.equal(read['evt.is_open_read'], true);
    assert.equal(read['evt.is_open_write'], false);
  });

  test('the host is no container', async () => {
    const { status } = await act('true', 'on', 'the', 'host');
    assert.equal(status, 0);
    const line = await sensor.find(
      'true',
      (line) => line['proc.cmdline'] === 'true on the host' && line['evt.type'] === 'execve',
    );
    assert.equal(line['container.id'], 'host');
    assert.equal(line['k8s.pod.uid'], undefined);
    assert.equal(line['proc.ppid'], process.pid);
  });
});
