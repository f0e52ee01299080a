import type { Probe } from '../probe.ts';

export const exit: Probe = {
  name: 'exit',
  description: 'The last thread of a process ends.',
  gaps: [],
  programs: { process_exit: 'tp_btf/sched_process_exit' },
  decode({ body, time, start }) {
    const code = body.u32(0);
    return {
      type: 'procexit',
      fields: { 'evt.arg.ret': code >>> 8, 'evt.arg.sig': code & 0x7f, 'proc.duration': time - start },
      change: { kind: 'exit' },
    };
  },
};
