import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRules } from '../../detections/engine/load.ts';
import { filterForMore } from './asked-more.ts';
import { defaultFilter, type Filter } from './orders.ts';

function asked(condition: string): Partial<Filter> {
  const text = `- rule: r\n  desc: d\n  output: o\n  priority: NOTICE\n  condition: ${condition}\n`;
  const { engines, problems } = loadRules([{ name: 'r', text }]);
  assert.deepEqual(problems, []);
  return changed(filterForMore(defaultFilter, engines.syscall.rules));
}

function changed(filter: Filter): Partial<Filter> {
  const before = defaultFilter as unknown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(filter).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  );
}

const [sockets, receives] = [{ without: ['recvfrom', 'recvmsg'] }, { without: ['socket'] }];
const every = { everySocket: true, ...sockets };

test('what is told where rules ask for it is told where they do, and not else', () => {
  const cases: Readonly<Record<string, Partial<Filter>>> = {
    'evt.type = execve and proc.name = a': {},
    'proc.name = a': {},
    'evt.type in (open, openat) and fd.nameraw contains ../': { rawPaths: true },
    'evt.type = openat and fd.name != val(fd.nameraw)': { rawPaths: true },
    'evt.type = execve and proc.env icontains HTTP_PROXY': { environments: true },
    'evt.type = execve and proc.env[LD_PRELOAD] exists': { environments: true },
    'evt.type = execve and proc.aenv[2] contains A': { environments: true },
    'evt.type = socket and evt.arg.domain contains AF_PACKET': sockets,
    'evt.type = socket and not evt.arg.domain in (AF_UNIX, AF_INET, AF_INET6, AF_NETLINK)': sockets,
    'evt.type = socket and evt.arg.domain startswith AF_INET': every,
    'evt.type = socket and proc.name = a': every,
    'evt.type = socket and evt.num = 0': {},
    'evt.type != socket and proc.name = a': {},
    'evt.type in (recvfrom, recvmsg) and fd.l4proto = udp': receives,
    'evt.type = recvmsg': receives,
    '(evt.type = socket and evt.arg.domain = AF_ALG) or evt.type in (sendto, recvfrom)': { without: [] },
  };
  for (const [condition, expected] of Object.entries(cases)) assert.deepEqual(asked(condition), expected, condition);
});
