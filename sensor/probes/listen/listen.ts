import type { Probe } from '../probe.ts';
import { socketFields } from '../socket.ts';

export const listen: Probe = {
  name: 'listen',
  description: 'A socket begins to take connections.',
  gaps: [],
  programs: {
    listen: 'tracepoint/syscalls/sys_exit_listen',
  },
  decode: ({ body }) => ({ type: 'listen', fields: socketFields(body, true) }),
};
