import type { Probe } from '../probe.ts';
import { socketBytes, socketFields } from '../socket.ts';

export const listen: Probe = {
  name: 'listen',
  description: 'A socket begins to take connections.',
  gaps: [],
  programs: {
    listen: 'tracepoint/syscalls/sys_exit_listen',
  },
  types: ['listen'],
  bytes: socketBytes,
  fields: (record) => socketFields(record, true),
};
