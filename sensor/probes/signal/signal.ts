import { constants } from 'node:os';
import type { Probe } from '../probe.ts';

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name]),
);

export const signal: Probe = {
  name: 'signal',
  description: 'A process sends a signal to one of another cgroup.',
  gaps: ['Signals within a cgroup, and those that the kernel sends, are left out.'],
  programs: { signal: 'tp_btf/signal_generate' },
  decode({ body }) {
    const number = body.u32(20);
    const target = { start: body.u64(0), cgroup: body.u64(8), pid: body.u32(16) };
    return {
      type: 'kill',
      fields: { 'evt.arg.pid': target.pid, 'evt.arg.sig': names.get(number) ?? String(number) },
      target,
    };
  },
};
