import type { Probe } from '../probe.ts';

export const exit: Probe = {
  name: 'exit',
  description: 'The last thread of a process ends.',
  gaps: [],
  programs: { process_exit: 'tp_btf/sched_process_exit' },
  types: ['procexit'],
  bytes: () => 8,
  fields(record) {
    const code = record.u32(0);
    return { 'evt.arg.ret': code >>> 8, 'evt.arg.sig': code & 0x7f };
  },
  change: () => ({ kind: 'exit' }),
};
