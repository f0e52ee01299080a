import type { Probe } from '../probe.ts';

export const fork: Probe = {
  name: 'fork',
  description: 'A process makes another one, which runs the same program.',
  gaps: ['Threads are not told of.'],
  programs: { process_fork: 'tp_btf/sched_process_fork' },
  decode({ body }) {
    const pid = body.u32(8);
    return {
      type: 'fork',
      fields: { 'evt.res': pid },
      change: { kind: 'fork', start: body.u64(0), pid, vpid: body.u32(12) },
    };
  },
};
