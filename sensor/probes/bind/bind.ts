import type { Probe } from '../probe.ts';
import { socketFields } from '../socket.ts';

export const bind: Probe = {
  name: 'bind',
  description: 'A socket is given an address of its own.',
  gaps: [],
  programs: {
    bind: 'tracepoint/syscalls/sys_exit_bind',
  },
  decode: ({ body }) => ({ type: 'bind', fields: socketFields(body, true) }),
};
