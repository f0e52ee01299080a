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
  types: ['kill'],
  bytes: () => 24,
  fields(record) {
    const number = record.u32(20);
    return { 'evt.arg.pid': record.u32(16), 'evt.arg.sig': names.get(number) ?? String(number) };
  },
  target: (record) => ({ start: record.u64(0), cgroup: record.u64(8), pid: record.u32(16) }),
};
