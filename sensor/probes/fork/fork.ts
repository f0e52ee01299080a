import type { Probe } from '../probe.ts';

export const fork: Probe = {
  name: 'fork',
  description: 'A process makes another one, which runs the same program.',
  gaps: ['Threads are not told of.'],
  programs: { process_fork: 'tp_btf/sched_process_fork' },
  types: ['fork'],
  bytes: () => 16,
  fields: (record) => ({ 'evt.res': record.u32(8) }),
  change: (record) => ({ kind: 'fork', start: record.u64(0), pid: record.u32(8), vpid: record.u32(12) }),
};
